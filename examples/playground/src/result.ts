/** The list of records. */
import type { Shown } from "./api";
import { button, count, el } from "./dom";
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
  }

  get records(): readonly Shown[] {
    return this.#records;
  }

  /** Shows these records. The elements of those that are as before stay: selection and focus in them, too. */
  show(records: Shown[], skip: number, matching: number): void {
    this.#records = records;
    cancelAnimationFrame(this.#frame);
    // What is no longer there goes at once; beyond the first screen the rest is made when there is time.
    for (const { element } of this.#made.splice(records.length)) element.remove();
    this.#make(0, SCREEN, Infinity);
    this.#paging(skip, matching);
  }

  /** More records of the same page, while a file is read. */
  append(records: Shown[], skip: number, matching: number): void {
    this.show(this.#records.concat(records), skip, matching);
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

  #paging(skip: number, matching: number): void {
    const last = skip + this.#records.length;
    this.#pages.hidden = matching <= PAGE && skip === 0;
    if (this.#pages.hidden) return;
    const had = this.#pages.contains(document.activeElement);
    const previous = button(`Previous ${PAGE}`, () => this.#turn(Math.max(skip - PAGE, 0)));
    const next = button(`Next ${PAGE}`, () => this.#turn(skip + PAGE));
    previous.disabled = skip === 0;
    next.disabled = last >= matching;
    this.#pages.replaceChildren(
      el(
        "span",
        {},
        `Records ${count(Math.min(skip + 1, matching))} to ${count(last)} of ${count(matching)}`,
      ),
      previous,
      next,
    );
    if (had) (next.disabled ? previous : next).focus();
  }
}
