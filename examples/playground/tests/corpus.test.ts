/**
 * The corpus of cases that every engine runs: the page's own worker, with the module that was packed into it, says what
 * the core says natively, of each record what was found and why, what became of it, its route, and its bytes.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { Shown, Wrong } from "../src/api";
import type { Ran, Reply } from "../src/worker";
import { clean, playground, podsieve, type Playground } from "./page";

const CASES = fileURLToPath(new URL("../../../host-test/testdata/cases/", import.meta.url));

/** Policies by which all of it is compared: the default one, and two with what a policy can say. */
const POLICIES: Record<string, string | null> = {
  default: null,
  "each part": `detectors:
  email: {action: hash, allow: {patterns: ['.*@example\\.com']}}
  card: {mask: {first: 4, last: 4}}
  ssn: keep
  ipv4: on
  phone: on
rules:
  - {name: ticket, regex: '[A-Z]{2,4}-([0-9]{4,8})', scan: full, allow: {values: ["0000"]}}
keys:
  - {name: user, action: remove}
  - {path: "**.id", rule: id}
allow:
  - {rule: ticket, path: "**.url"}
  - {patterns: ['test.*']}
hash: {keys: [{id: k1, from: "env:PODSIEVE_HASH_KEY"}]}
route:
  - {when: {redacted: [card]}, tag: "archive.pci.{service}"}
  - {when: {severity: error}, tag: "archive.error.{service}"}
`,
  little: "version: 1\ndetectors: {secrets: off, email: remove, iban: on, mac: on, ipv6: mask}\nroute: []\n",
};

/** Bytes of a record that the default policy alone is tried on. */
const LONG = 100_000;

let site: Playground;
const folder = mkdtempSync(join(tmpdir(), "playground-"));
before(async () => {
  site = await playground();
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

interface Case {
  name: string;
  function: string;
  tag?: string;
  input?: unknown;
  input_text?: string;
  input_hex?: string;
  input_parts?: [string, number][];
}

/** The text of the member `input`, as it stands in the line. */
function rawInput(line: string): string {
  const start = line.indexOf('"input": ') + '"input": '.length;
  for (let end = start + 1; end <= line.length; end++) {
    if (!/^\s*[,}]/.test(line.slice(end))) continue;
    try {
      JSON.parse(line.slice(start, end));
      return line.slice(start, end);
    } catch {
      // Not yet its end.
    }
  }
  throw new Error(`no input in ${line.slice(0, 80)}`);
}

function input(line: string): Buffer {
  const each = JSON.parse(line) as Case;
  if (each.input_text !== undefined) return Buffer.from(each.input_text);
  if (each.input_hex !== undefined) return Buffer.from(each.input_hex.replaceAll(" ", ""), "hex");
  if (each.input_parts)
    return Buffer.from(each.input_parts.map(([text, count]) => text.repeat(count)).join(""));
  return Buffer.from(rawInput(line));
}

/** Keeps the page's workers where a test can ask them. */
function keepWorkers(): void {
  const kept: Worker[] = ((window as unknown as Kept).kept = []);
  window.Worker = class extends Worker {
    constructor(...of: ConstructorParameters<typeof Worker>) {
      super(...of);
      kept.push(this);
    }
  };
}

interface Kept {
  kept: Worker[];
}

/** What the page's worker says of records, one a line. */
async function inPage(
  page: Page,
  policy: string,
  records: Buffer,
  options: { function: string; tag: string },
) {
  const told = await page.evaluate(
    ({ policy, base64, options }) =>
      new Promise<string>((resolve, reject) => {
        const worker = (window as unknown as Kept).kept[0];
        if (!worker) throw new Error("the page has no worker");
        const id = 1e9;
        let shown: Shown[] = [];
        const hear = ({ data }: MessageEvent<Reply>) => {
          if (data.kind === "broken") reject(new Error(data.what));
          else if (data.kind === "progress") shown = shown.concat(data.progress.shown);
          else if (data.id === id) {
            worker.removeEventListener("message", hear);
            const ran = data.answer as Ran;
            resolve(JSON.stringify({ wrongs: ran.wrongs, shown: shown.concat(ran.shown) }));
          }
        };
        worker.addEventListener("message", hear);
        const file = new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]);
        const asked = { ...options, form: "records", filter: null, skip: 0, show: 1e9 };
        worker.postMessage({ id, call: "file", ask: { policy, file, options: asked } });
      }),
    { policy, base64: records.toString("base64"), options },
  );
  const { wrongs, shown } = JSON.parse(told) as { wrongs: Wrong[]; shown: Shown[] };
  assert.deepEqual(wrongs, []);
  return shown;
}

/** What `podsieve explain --json` says of a record. */
interface Explained {
  found: {
    rule: string;
    path: string;
    in_key?: true;
    text: string;
    why: string;
    action: string;
    kept_by: string | null;
  }[];
  route: { tag: string | null; by: string; place?: string } | null;
}

/** Both, as far as they say the same, in one form. */
function ofCommand(line: string): { said: unknown; output: string } {
  const { found, route } = JSON.parse(line) as Explained;
  const said = {
    found: found.map(({ rule, path, in_key = false, text, why, action, kept_by }) => {
      const [, kept = kept_by, place = null] = /^(.*) \([^()]*:(\d+:\d+)\)$/.exec(kept_by ?? "") ?? [];
      return { rule, path, in_key, text, why, action, kept, place };
    }),
    route: route && {
      tag: route.tag ?? "",
      by: route.by,
      place: /\d+:\d+$/.exec(route.place ?? "")?.[0].replace(/^1:1$/, "") ?? "",
    },
  };
  // Members before it are texts, in which quotation marks are escaped.
  return { said, output: line.slice(line.indexOf(',"output":') + ',"output":'.length, -1) };
}

function ofPage({ found, route }: Shown, ofOther: unknown): unknown {
  const other = ofOther as { found: { place: string | null }[] };
  return {
    found: found.map(({ rule, path, in_key, text, why, action, kept, at }, index) => {
      // The entry that had it stay is one of those that took part.
      const place = other.found[index]?.place ?? null;
      const there = at.some(({ line, column }) => `${line}:${column}` === place);
      return { rule, path, in_key, text, why, action, kept, place: there ? place : null };
    }),
    route: route && {
      tag: route.tag,
      by: route.by,
      place: route.line == null ? "" : `${route.line}:${route.column}`,
    },
  };
}

for (const [name, policy] of Object.entries(POLICIES)) {
  for (const file of readdirSync(CASES)) {
    test(`${name}: ${file}`, { timeout: 60_000 }, async (t) => {
      const opened = await site.open({}, "", keepWorkers);
      const arguments_ = ["explain", "--json", "--input", "records"];
      if (policy !== null) {
        const path = join(folder, "policy.yaml");
        writeFileSync(path, policy);
        arguments_.push("--policy", path);
      }
      const groups = new Map<string, Buffer[]>();
      let left = 0;
      for (const line of readFileSync(join(CASES, file), "utf8").split("\n").filter(Boolean)) {
        const { function: name, tag = "app" } = JSON.parse(line) as Case;
        const record = input(line);
        // One record a line: a few are no such lines. What is found a thousand levels deep is said at such length by the
        // command that once is enough.
        if (record.includes(0x0a) || (policy !== null && record.length > LONG)) left++;
        else {
          const group = `${name} ${tag}`;
          groups.set(group, [...(groups.get(group) ?? []), record]);
        }
      }
      let compared = 0;
      let marked = 0;
      for (const [group, records] of groups) {
        const [name = "", tag = ""] = group.split(" ");
        const lines = Buffer.concat(records.flatMap((record) => [record, Buffer.from("\n")]));
        const path = join(folder, "records");
        writeFileSync(path, lines);
        const expected = podsieve(...arguments_, "--function", name, "--tag", tag, path)
          .split("\n")
          .slice(0, -1);
        const found = await inPage(opened.page, policy ?? "", lines, { function: name, tag });
        assert.equal(found.length, expected.length, group);
        for (const [index, shown] of found.entries()) {
          const { said, output } = ofCommand(expected[index] ?? "");
          assert.deepEqual(ofPage(shown, said), said, `${group}: ${shown.record.slice(0, 500)}`);
          // Some have megabytes, which no difference is to be made of.
          const [text, want] = [shown.output.slice(0, 2000), output.slice(0, 2000)];
          assert.equal(text, want, group);
          assert.ok(shown.output === output, `${group}: not the same behind ${text}`);
          // What is shown, member by member, is what comes out.
          for (const field of shown.fields) JSON.parse(field.pieces.map((piece) => piece.text).join(""));
          marked += shown.found.length;
        }
        compared += found.length;
      }
      t.diagnostic(`${compared} compared, with ${marked} findings, ${left} left out`);
      assert.ok(compared > 4 * left, `${left} of ${compared} left out`);
      clean(opened);
    });
  }
}
