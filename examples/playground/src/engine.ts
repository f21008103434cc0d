/** The page's side of the workers: nothing that podsieve does can stop the page. */
import { packed } from "./wasm";
import PodsieveWorker from "./worker?worker&inline";
import type { Options } from "./api";
import type { About, Calls, Progress, Ran, Reply } from "./worker";

/** Bytes of memory after which the worker is replaced: policies that were followed once stay in it. */
const MEMORY = 256 * 1024 * 1024;
/** Milliseconds after which a run is given up. */
const PATIENCE = 20_000;

/** The worker ended, or was ended, before it answered. */
export class Broken extends Error {}

/** A worker with podsieve in it. */
export class Engine {
  /** The module as the first worker compiled it, for those that follow. */
  static #module: WebAssembly.Module | null = null;

  readonly about: Promise<About>;
  readonly #worker = new PodsieveWorker();
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #calls = 0;
  #ended: string | null = null;
  #report: (progress: Progress) => void = () => undefined;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if (data.kind === "progress") this.#report(data.progress);
      else if (data.kind === "broken") this.end(data.what);
      else {
        this.#waiting.get(data.id)?.resolve(data.answer as never);
        this.#waiting.delete(data.id);
      }
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.end(event.message);
    });
    this.about = this.call("start", { module: Engine.#module ?? packed() }).then((about) => {
      Engine.#module = about.module;
      return about;
    });
  }

  /** Why the worker ended; null as long as it has not. */
  get ended(): string | null {
    return this.#ended;
  }

  /** Rejects with `Broken` if the worker ends first. */
  call<C extends keyof Calls>(call: C, ask: Calls[C]["ask"]): Promise<Calls[C]["answer"]> {
    if (this.#ended !== null) return Promise.reject(new Broken(this.#ended));
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, ask });
    });
  }

  /** Reads a file in this worker, which is then good for nothing else; `end` cancels it. */
  async file(ask: Calls["file"]["ask"], report: (progress: Progress) => void): Promise<Ran> {
    this.#report = report;
    await this.about;
    return this.call("file", ask);
  }

  /** Ends the worker at once. */
  end(why: string): void {
    this.#ended ??= why;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Broken(why));
    this.#waiting.clear();
  }
}

/** What the result depends on. */
export interface Input {
  policy: string;
  cases: string;
  text: string;
  options: Options;
}

/**
 * Keeps a result up to date while its input changes: at most one run at a time, and always of the newest input.
 */
export class Live {
  #engine = new Engine();
  #input: Input;
  /** What the worker has not seen yet. */
  #fresh = { worker: true, policy: true, cases: true, any: false };
  /** The last policy without mistakes: a new worker has to know it, for the newest one may have some. */
  #good: string[] = [];
  #busy = false;
  readonly #done: (ran: Ran, input: Input) => void;
  readonly #failed: (what: string) => void;

  constructor(input: Input, done: (ran: Ran, input: Input) => void, failed: (what: string) => void) {
    this.#input = input;
    this.#done = done;
    this.#failed = failed;
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** The policy that results follow; the default one if there was none without mistakes. */
  get policy(): string {
    return this.#good[0] ?? "";
  }

  /** What is said changes, the rest stays. */
  update(change: Partial<Input>): void {
    this.#fresh.policy ||= change.policy !== undefined && change.policy !== this.#input.policy;
    // A policy decides how cases end.
    this.#fresh.cases ||= this.#fresh.policy || change.cases !== undefined;
    this.#fresh.any = true;
    this.#input = { ...this.#input, ...change };
    this.#next();
  }

  #next(): void {
    if (this.#busy || !this.#fresh.any) return;
    this.#busy = true;
    // At once: the worker has it while the page shows what was typed.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    // It died while it had nothing to do.
    if (this.#engine.ended !== null) this.#replace(this.#engine.ended);
    const input = this.#input;
    const fresh = this.#fresh;
    this.#fresh = { worker: false, policy: false, cases: false, any: false };
    const watch = setTimeout(() => this.#engine.end(`no result within ${PATIENCE / 1000} seconds`), PATIENCE);
    let ran: Ran | null = null;
    try {
      await this.#engine.about;
      ran = await this.#engine.call("run", {
        policies: fresh.worker ? [...this.#good, input.policy] : fresh.policy ? [input.policy] : undefined,
        cases: fresh.cases ? input.cases : undefined,
        text: input.text,
        options: input.options,
      });
      if (ran.wrongs?.length === 0) this.#good = [input.policy];
      if (ran.memory > MEMORY) this.#replace("its memory is used up");
    } catch (error) {
      // Not tried again as it is: what broke it would break it again.
      const what = error instanceof Error ? error.message : String(error);
      this.#replace(what);
      this.#failed(what);
    } finally {
      clearTimeout(watch);
      this.#busy = false;
      this.#next();
    }
    // What goes wrong in there is no fault of the worker.
    if (ran) this.#done(ran, input);
  }

  #replace(why: string): void {
    this.#engine.end(why);
    this.#engine = new Engine();
    this.#fresh = { worker: true, policy: true, cases: true, any: this.#fresh.any };
  }
}
