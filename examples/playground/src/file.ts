/** A file in the place of the lines: read chunk by chunk in a worker, from its beginning whenever something changes. */
import type { Options } from "./api";
import { byId, size } from "./dom";
import { Engine } from "./engine";
import type { Progress, Ran } from "./worker";

/** Bytes of a file that the page reads. */
export const FILE = 200 * 1024 * 1024;
/** Bytes of a text that the editor takes; a longer one is read as a file. */
export const TEXT = 1024 * 1024;
/** Milliseconds that changes wait for further ones. */
const PAUSE = 250;

export interface FileEvents {
  /** It begins anew. */
  begun: () => void;
  progress: (progress: Progress) => void;
  done: (ran: Ran, bytes: number) => void;
  /** It ended before its end: by the button, or since something broke. */
  cancelled: () => void;
  broken: (why: string) => void;
  /** The file is put away. */
  closed: () => void;
}

export class LogFile {
  readonly #pane = byId("file", HTMLElement);
  readonly #editor = byId("lines-editor", HTMLElement);
  readonly #name = byId("file-name", HTMLElement);
  readonly #text = byId("file-text", HTMLElement);
  readonly #bar = byId("file-progress", HTMLProgressElement);
  readonly #cancel = byId("file-cancel", HTMLButtonElement);
  readonly #events: FileEvents;
  #file: File | null = null;
  #engine: Engine | null = null;
  #timer = 0;

  constructor(events: FileEvents) {
    this.#events = events;
    this.#cancel.addEventListener("click", () => {
      this.#stop();
      this.#ended(`cancelled at ${size(this.#bar.value)} of ${size(this.#bar.max)}`);
      events.cancelled();
    });
    byId("file-close", HTMLButtonElement).addEventListener("click", () => {
      this.close();
      events.closed();
    });
  }

  get open(): boolean {
    return this.#file !== null;
  }

  /** Reads it by a policy that has no mistakes. */
  read(file: File, policy: string, options: Options): void {
    this.#file = file;
    this.#name.textContent = file.name;
    this.#pane.hidden = false;
    this.#editor.hidden = true;
    this.#start(file, policy, options);
  }

  /** Reads the same file anew, by what holds now. */
  again(policy: string, options: Options): void {
    const file = this.#file;
    if (!file) return;
    this.#stop();
    this.#begun(file);
    this.#timer = window.setTimeout(() => this.#start(file, policy, options), PAUSE);
  }

  close(): void {
    this.#stop();
    this.#file = null;
    this.#pane.hidden = true;
    this.#editor.hidden = false;
  }

  /** What the worker says from now on is not heard. */
  #stop(): void {
    clearTimeout(this.#timer);
    const engine = this.#engine;
    this.#engine = null;
    engine?.end("stopped");
  }

  #start(file: File, policy: string, options: Options): void {
    this.#stop();
    const engine = new Engine();
    this.#engine = engine;
    this.#begun(file);
    this.#events.begun();
    engine
      .file({ policy, file, options }, (progress) => {
        if (this.#engine !== engine) return;
        this.#bar.value = progress.counts.bytes;
        this.#text.textContent = `${size(progress.counts.bytes)} of ${size(file.size)}`;
        this.#events.progress(progress);
      })
      .then(
        (ran) => {
          if (this.#engine !== engine) return;
          this.#stop();
          this.#ended(size(file.size));
          this.#events.done(ran, file.size);
        },
        (error: unknown) => {
          if (this.#engine !== engine) return;
          const why = error instanceof Error ? error.message : String(error);
          this.#stop();
          this.#ended(why);
          this.#events.broken(why);
        },
      );
  }

  #begun(file: File): void {
    this.#bar.max = Math.max(file.size, 1);
    this.#bar.value = 0;
    this.#bar.hidden = false;
    this.#cancel.hidden = false;
    this.#text.textContent = `0 of ${size(file.size)}`;
  }

  #ended(text: string): void {
    this.#bar.hidden = true;
    this.#cancel.hidden = true;
    this.#text.textContent = text;
  }
}
