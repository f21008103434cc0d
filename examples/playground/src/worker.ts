/** The only script that calls podsieve. It answers one request after the other, each with its number. */
import {
  Session,
  default_policy,
  detectors,
  import_gitleaks,
  initSync,
  schema,
  tag_for_path,
  version,
} from "../wasm/podsieve_browser.js";
import { bake } from "./bake";
import { unpackLzma } from "./lzma";
import type { Packed } from "./wasm";
import type { CasesResult, Counts, Detector, Gitleaks, Options, Shown, Wrong } from "./api";

/** What the page asks for, and what it gets. */
export interface Calls {
  start: { ask: { module: WebAssembly.Module | Packed }; answer: About };
  /** `policies` are tried one after the other, and the last good one is followed; it and `cases` are undefined if
   * they are as they were. */
  run: { ask: { policies?: string[]; cases?: string; text: string; options: Options }; answer: Ran };
  file: { ask: { policy: string; file: Blob; options: Options }; answer: Ran };
  gitleaks: { ask: { name: string; text: string }; answer: Gitleaks };
  bake: { ask: { packed: Packed; policy: string }; answer: Baked };
}

export type Request = { [C in keyof Calls]: { id: number; call: C; ask: Calls[C]["ask"] } }[keyof Calls];

/** An answer; how far a file was read; or what broke, after which the worker is not to be used. */
export type Reply =
  | { id: number; kind: "answer"; answer: unknown }
  | { id: number; kind: "progress"; progress: Progress }
  | { id: number; kind: "broken"; what: string };

/** What holds as long as the page is open. */
export interface About {
  module: WebAssembly.Module;
  version: string;
  policy: string;
  schema: string;
  detectors: Detector[];
}

export interface Ran {
  /** What is wrong with the last policy, if one was given. */
  wrongs?: Wrong[];
  cases?: CasesResult;
  shown: Shown[];
  counts: Counts;
  /** The tag that was taken: made of the path if one was given. */
  tag: string;
  /** Milliseconds in the worker. */
  took: number;
  /** Bytes of the module's memory. */
  memory: number;
}

export interface Progress {
  counts: Counts;
  /** The records to be shown that came since the last time. */
  shown: Shown[];
}

export type Baked = { module: Uint8Array<ArrayBuffer> } | { error: string };

/** Milliseconds between two reports of progress. */
const REPORT = 100;

let session: Session;

/** Lets the page write a path where a tag belongs. */
function withTag(options: Options): Options {
  return options.tag.includes("/") ? { ...options, tag: tag_for_path(options.tag) } : options;
}

async function start({ module: given }: Calls["start"]["ask"]): Promise<About> {
  const module =
    given instanceof WebAssembly.Module
      ? given
      : await WebAssembly.compile(unpackLzma(given.bytes, given.sizes[0]));
  initSync({ module });
  session = new Session();
  return {
    module,
    version: version(),
    policy: default_policy(),
    schema: schema(),
    detectors: JSON.parse(detectors()) as Detector[],
  };
}

/** What is wrong with a policy; without that it is followed from now on. */
function follow(policy: string): Wrong[] {
  const { wrongs } = JSON.parse(session.set_policy(policy)) as { wrongs: Wrong[] };
  return wrongs;
}

function tryCases(cases: string): CasesResult {
  // Nobody has written one yet: that is no mistake here.
  if (cases.trim() === "") return { wrongs: [], cases: [], unused: [] };
  return JSON.parse(session.cases(cases)) as CasesResult;
}

function run({ policies, cases, text, options }: Calls["run"]["ask"]): Ran {
  const from = performance.now();
  const wrongs = policies?.map(follow).at(-1);
  const tagged = withTag(options);
  session.begin(JSON.stringify(tagged));
  const shown = JSON.parse(session.push(new TextEncoder().encode(text))) as Shown[];
  const end = JSON.parse(session.end()) as Progress;
  const ran = cases === undefined ? undefined : tryCases(cases);
  return {
    wrongs,
    cases: ran,
    shown: shown.concat(end.shown),
    counts: end.counts,
    tag: tagged.tag,
    took: performance.now() - from,
    memory: session.memory(),
  };
}

/** Chunk by chunk: neither the file nor its result is ever in memory as a whole. */
async function file(
  { policy, file, options }: Calls["file"]["ask"],
  report: (progress: Progress) => void,
): Promise<Ran> {
  const from = performance.now();
  const wrongs = follow(policy);
  const tagged = withTag(options);
  session.begin(JSON.stringify(tagged));
  let shown: Shown[] = [];
  let reported = from;
  // A reader, for not all browsers iterate over streams.
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    shown = shown.concat(JSON.parse(session.push(read.value)) as Shown[]);
    if (performance.now() - reported < REPORT) continue;
    report({ counts: JSON.parse(session.counts()) as Counts, shown });
    shown = [];
    reported = performance.now();
  }
  const end = JSON.parse(session.end()) as Progress;
  return {
    wrongs,
    shown: shown.concat(end.shown),
    counts: end.counts,
    tag: tagged.tag,
    took: performance.now() - from,
    memory: session.memory(),
  };
}

function baked({ packed, policy }: Calls["bake"]["ask"]): Baked {
  try {
    return { module: new Uint8Array(bake(packed, policy)) };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function answer(request: Request): Promise<unknown> {
  switch (request.call) {
    case "start":
      return start(request.ask);
    case "run":
      return run(request.ask);
    case "file":
      return file(request.ask, (progress) => reply({ id: request.id, kind: "progress", progress }));
    case "gitleaks":
      return JSON.parse(import_gitleaks(request.ask.name, request.ask.text)) as Gitleaks;
    case "bake":
      return baked(request.ask);
  }
}

function reply(message: Reply): void {
  postMessage(message);
}

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (answer) => reply({ id: data.id, kind: "answer", answer }),
    (error: unknown) =>
      reply({ id: data.id, kind: "broken", what: error instanceof Error ? error.message : String(error) }),
  );
});
