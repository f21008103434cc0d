/** Counts by rule, field and route; a click on one shows the records behind it, another one all again. */
import type { Counts, Filter } from "./api";
import { button, count, el } from "./dom";

/** Entries of a list that are shown at first. */
const ENTRIES = 40;

interface Entry {
  label: string;
  number: string;
  /** What a click filters by. */
  filter: Filter;
  /** Not from podsieve: words of the page's. */
  quiet?: boolean;
}

function ruleEntries({ rules }: Counts): Entry[] {
  return rules.flatMap(({ name, found, kept }) => [
    ...(found > 0 ? [{ label: name, number: count(found), filter: { rule: name, kept: false } }] : []),
    ...(kept > 0
      ? [{ label: `${name}, kept`, number: count(kept), filter: { rule: name, kept: true } }]
      : []),
  ]);
}

function fieldEntries({ fields }: Counts): Entry[] {
  return fields.map(({ name, found }) => ({ label: name, number: count(found), filter: { field: name } }));
}

function routeEntries({ routes }: Counts): Entry[] {
  return routes.map(({ name, records }) => ({
    label: name || "no route",
    quiet: name === "",
    number: count(records),
    filter: { route: name },
  }));
}

/** Whether all that the entry filters by is in force. */
function inForce(filter: Filter, entry: Filter): boolean {
  return Object.entries(entry).every(([name, value]) => filter[name as keyof Filter] === value);
}

/** One list: its buttons stay as long as their entries do, so that focus does. */
class List {
  readonly #at: HTMLElement;
  readonly #toggle: (entry: Filter) => void;
  readonly #none = el("span", {}, "None");
  readonly #more: HTMLButtonElement;
  #limit = ENTRIES;
  #all: Entry[] = [];
  #filter: Filter = {};
  #buttons = new Map<string, HTMLButtonElement>();
  #entries = new Map<string, Entry>();

  constructor(at: HTMLElement, toggle: (entry: Filter) => void) {
    this.#at = at;
    this.#toggle = toggle;
    this.#more = button("", () => this.#showMore(), { class: "link" });
    at.after(el("p", { class: "muted" }, this.#none, this.#more));
  }

  /** `whole` unless more may follow: until then entries keep their places, so that one can click them. */
  show(entries: Entry[], filter: Filter, whole: boolean): void {
    const places = new Map([...this.#buttons.keys()].map((label, index) => [label, index]));
    const placeOf = ({ label }: Entry) => places.get(label) ?? places.size;
    this.#all = whole ? entries : entries.toSorted((a, b) => placeOf(a) - placeOf(b));
    this.#filter = filter;
    this.#update();
  }

  #update(): void {
    const hidden = this.#all.length - this.#limit;
    this.#none.hidden = this.#all.length > 0;
    this.#more.hidden = hidden <= 0;
    this.#more.textContent = `${count(hidden)} more`;
    this.#entries = new Map(this.#all.slice(0, this.#limit).map((entry) => [entry.label, entry]));
    const order = [...this.#entries.keys()];
    if (order.join("\n") !== [...this.#buttons.keys()].join("\n")) this.#arrange(order);
    for (const [label, entry] of this.#entries) {
      const made = this.#buttons.get(label);
      if (!made) continue;
      made.setAttribute("aria-pressed", String(inForce(this.#filter, entry.filter)));
      const number = made.lastElementChild;
      if (number && number.textContent !== entry.number) number.textContent = entry.number;
    }
  }

  #showMore(): void {
    const from = this.#limit;
    this.#limit += ENTRIES * 5;
    this.#update();
    [...this.#buttons.values()][from]?.focus();
  }

  #arrange(order: string[]): void {
    const focused = document.activeElement;
    this.#buttons = new Map(order.map((label) => [label, this.#buttons.get(label) ?? this.#button(label)]));
    const items = [...this.#buttons.values()].map((made) => made.parentElement ?? el("li", {}, made));
    // Those that are in their places are not touched.
    for (const [index, item] of items.entries()) {
      const there = this.#at.children[index] ?? null;
      if (there !== item) this.#at.insertBefore(item, there);
    }
    for (const item of [...this.#at.children].slice(items.length)) item.remove();
    if (focused instanceof HTMLElement && this.#at.contains(focused)) focused.focus();
  }

  #button(label: string): HTMLButtonElement {
    const made = button("", () => {
      const entry = this.#entries.get(label);
      if (entry) this.#toggle(entry.filter);
    });
    const quiet = this.#entries.get(label)?.quiet;
    made.append(el("span", quiet ? { class: "muted" } : {}, label), " ", el("span", { class: "number" }));
    return made;
  }
}

export class CountsPanel {
  readonly #rules: List;
  readonly #fields: List;
  readonly #routes: List;
  readonly #changed: (filter: Filter | null) => void;
  #filter: Filter = {};
  #clear: HTMLButtonElement;

  /** `panel` has a list for each: #rules, #fields, #routes. */
  constructor(panel: HTMLElement, changed: (filter: Filter | null) => void) {
    const list = (id: string) => {
      const found = panel.querySelector<HTMLElement>(`#${id}`);
      if (!found) throw new Error(`index.html has no #${id}`);
      return new List(found, this.#toggle);
    };
    [this.#rules, this.#fields, this.#routes] = [list("rules"), list("fields"), list("routes")];
    this.#changed = changed;
    this.#clear = button("Show all records", () => this.clear(), { class: "clear" });
    this.#clear.hidden = true;
    panel.append(this.#clear);
  }

  /** `whole` unless more may follow. */
  show(counts: Counts, whole: boolean): void {
    this.#rules.show(ruleEntries(counts), this.#filter, whole);
    this.#fields.show(fieldEntries(counts), this.#filter, whole);
    this.#routes.show(routeEntries(counts), this.#filter, whole);
    this.#clear.hidden = Object.keys(this.#filter).length === 0;
  }

  /** Without filters. */
  clear(): void {
    this.#filter = {};
    this.#changed(null);
  }

  readonly #toggle = (entry: Filter): void => {
    const filter = { ...this.#filter };
    if (inForce(filter, entry)) for (const name of Object.keys(entry)) Reflect.deleteProperty(filter, name);
    else Object.assign(filter, entry);
    this.#filter = filter;
    this.#changed(Object.keys(filter).length > 0 ? filter : null);
  };
}
