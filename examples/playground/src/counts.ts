/** Counts by rule, field and route; a click on one shows the records behind it, another one all again. */
import type { Counts, Filter } from "./api";
import { button, count, el } from "./dom";

/** Entries of a list that are shown. */
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
  readonly #note: HTMLElement;
  #buttons = new Map<string, HTMLButtonElement>();
  #entries = new Map<string, Entry>();

  constructor(at: HTMLElement) {
    this.#at = at;
    this.#note = el("p", { class: "muted" });
    at.after(this.#note);
  }

  show(entries: Entry[], filter: Filter, toggle: (entry: Filter) => void): void {
    const some = entries.slice(0, ENTRIES);
    this.#note.textContent =
      entries.length === 0
        ? "None"
        : entries.length > ENTRIES
          ? `and ${count(entries.length - ENTRIES)} more`
          : "";
    this.#entries = new Map(some.map((entry) => [entry.label, entry]));
    const order = [...this.#entries.keys()];
    if (order.join("\n") !== [...this.#buttons.keys()].join("\n")) this.#arrange(order, toggle);
    for (const [label, entry] of this.#entries) {
      const made = this.#buttons.get(label);
      if (!made) continue;
      made.setAttribute("aria-pressed", String(inForce(filter, entry.filter)));
      const number = made.lastElementChild;
      if (number && number.textContent !== entry.number) number.textContent = entry.number;
    }
  }

  #arrange(order: string[], toggle: (entry: Filter) => void): void {
    const focused = document.activeElement;
    this.#buttons = new Map(
      order.map((label) => [label, this.#buttons.get(label) ?? this.#button(label, toggle)]),
    );
    this.#at.replaceChildren(...[...this.#buttons.values()].map((made) => el("li", {}, made)));
    if (focused instanceof HTMLElement && this.#at.contains(focused)) focused.focus();
  }

  #button(label: string, toggle: (entry: Filter) => void): HTMLButtonElement {
    const made = button("", () => {
      const entry = this.#entries.get(label);
      if (entry) toggle(entry.filter);
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
      return new List(found);
    };
    [this.#rules, this.#fields, this.#routes] = [list("rules"), list("fields"), list("routes")];
    this.#changed = changed;
    this.#clear = button("Show all records", () => this.clear(), { class: "clear" });
    this.#clear.hidden = true;
    panel.append(this.#clear);
  }

  show(counts: Counts): void {
    this.#rules.show(ruleEntries(counts), this.#filter, this.#toggle);
    this.#fields.show(fieldEntries(counts), this.#filter, this.#toggle);
    this.#routes.show(routeEntries(counts), this.#filter, this.#toggle);
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
