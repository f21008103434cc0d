/** The list of records. */
import type { Shown } from "./api";
import { button, count, el, plural } from "./dom";
import { recordElement } from "./record";

/** Records on a page of the list. */
export const PAGE = 200;
/** Records that are made at once; about two screens. */
const SCREEN = 24;
/** Milliseconds of a frame that making the rest may take. */
const SLICE = 8;

/** Whether two values of JSON are the same. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const members = Object.entries(a);
  return (
    members.length === Object.keys(b).length &&
    members.every(([name, value]) => same(value, (b as Record<string, unknown>)[name]))
  );
}

export class Result {
  readonly #list: HTMLOListElement;
  readonly #pages: HTMLElement;
  readonly #toPolicy: (at: { line: number; column: number }) => void;
  readonly #turn: (skip: number) => void;
  #records: Shown[] = [];
  #made: { shown: Shown; element: HTMLLIElement }[] = [];
  #frame = 0;
  #skip = 0;
  readonly #range = el("span");
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;

  /** `turn` is told how many records to leave out for another page. */
  constructor(
    list: HTMLOListElement,
    pages: HTMLElement,
    toPolicy: (at: { line: number; column: number }) => void,
    turn: (skip: number) => void,
  ) {
    this.#list = list;
    this.#pages = pages;
    this.#toPolicy = toPolicy;
    this.#turn = turn;
    this.#previous = button(`Previous ${PAGE}`, () =>
      this.#go(this.#previous, Math.max(this.#skip - PAGE, 0)),
    );
    this.#next = button(`Next ${PAGE}`, () => this.#go(this.#next, this.#skip + PAGE));
    pages.append(this.#range, this.#previous, this.#next);
  }

  get records(): readonly Shown[] {
    return this.#records;
  }

  /**
   * Shows these records; `whole` unless more may follow. The elements of those that are as before stay: selection and
   * focus in them, too.
   */
  show(records: Shown[], skip: number, matching: number, whole = true): void {
    this.#records = records;
    cancelAnimationFrame(this.#frame);
    // What is no longer there goes at once; beyond the first screen the rest is made when there is time.
    for (const { element } of this.#made.splice(records.length)) element.remove();
    this.#make(0, SCREEN, Infinity);
    this.#paging(skip, matching);
    // There are fewer pages than there were.
    if (whole && records.length === 0 && skip > 0)
      this.#turn(Math.max(Math.ceil(matching / PAGE) - 1, 0) * PAGE);
  }

  /** More records of the same page, while a file is read. */
  append(records: Shown[], skip: number, matching: number, whole: boolean): void {
    this.show(this.#records.concat(records), skip, matching, whole);
  }

  #make(from: number, to: number, until: number): void {
    const fragment = document.createDocumentFragment();
    let index = from;
    for (; index < Math.min(to, this.#records.length) && performance.now() < until; index++) {
      const shown = this.#records[index];
      if (!shown) break;
      const old = this.#made[index];
      if (old && same(old.shown, shown)) continue;
      const element = recordElement(shown, this.#toPolicy);
      if (old) old.element.replaceWith(element);
      else fragment.append(element);
      this.#made[index] = { shown, element };
    }
    this.#list.append(fragment);
    if (index < this.#records.length) {
      this.#frame = requestAnimationFrame(() => this.#make(index, Infinity, performance.now() + SLICE));
    }
  }

  /** The buttons stay, so that focus does: a button that leads nowhere now may do so again. */
  #paging(skip: number, matching: number): void {
    const last = skip + this.#records.length;
    this.#skip = skip;
    this.#pages.hidden = matching <= PAGE && skip === 0 && !this.#pages.contains(document.activeElement);
    this.#previous.ariaDisabled = String(skip === 0);
    this.#next.ariaDisabled = String(last >= matching);
    this.#range.textContent =
      this.#records.length > 0
        ? `Records ${count(skip + 1)} to ${count(last)} of ${count(matching)}`
        : plural(matching, "record");
  }

  #go(by: HTMLButtonElement, skip: number): void {
    if (by.ariaDisabled === "true") return;
    this.#turn(skip);
    this.#pages.closest("section")?.scrollIntoView();
  }
}
