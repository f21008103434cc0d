/** One record before and after. */
import type { Found, Piece, Shown } from "./api";
import { button, count, el, plural } from "./dom";

/** Characters of an unmarked text that are shown, half of them at each end; a click shows all. */
const TEXT = 1200;
/** Pieces of one side that are shown; a click shows as many more. */
const PIECES = 400;

/** What a mark stands for. */
export interface Mark {
  shown: Shown;
  found: Found;
}

const marks = new WeakMap<Element, Mark>();
const records = new WeakMap<Element, Shown>();

/** What elements stand for that do not show it. */
const hidden = new WeakMap<Element, string>();

/** What was found where this mark is. */
export function markOf(element: Element): Mark | undefined {
  return marks.get(element);
}

/** The text that is left out where this element is. */
export function hiddenBy(element: Element): string | undefined {
  return hidden.get(element);
}

/** The record that the element shows. */
export function recordOf(element: Element): Shown | undefined {
  return records.get(element);
}

/** The line as the application wrote it. */
export function lineOf(shown: Shown): string {
  return shown.before.map((piece) => piece.text).join("");
}

/** A side of a record. A mark of the right one is a tab stop only if the left one has none for the same. */
interface Side {
  shown: Shown;
  isAfter: boolean;
}

function mark(text: string, index: number, found: Found, { shown, isAfter }: Side): HTMLElement {
  const kept = found.kept !== null;
  const again = isAfter && shown.before.some((piece) => piece.found === index);
  const made = el("mark", {
    class: kept ? "kept" : found.action,
    role: "button",
    tabindex: again ? "-1" : "0",
    "aria-haspopup": "dialog",
  });
  made.textContent = text;
  // A mark of podsieve's says its rule already.
  const said = isAfter && !kept && text.includes(`[REDACTED:${found.rule}`);
  if (!said) made.dataset.rule = kept ? `${found.rule}, kept` : found.rule;
  marks.set(made, { shown, found });
  return made;
}

/** A long text with its middle left out. */
function elided(text: string): (Node | string)[] {
  if (text.length <= TEXT) return [text];
  const [from, to] = [TEXT / 2, text.length - TEXT / 2];
  const all = button(`… ${count(to - from)} more characters …`, () => all.replaceWith(text.slice(from, to)), {
    class: "elided",
  });
  hidden.set(all, text.slice(from, to));
  return [text.slice(0, from), all, text.slice(to)];
}

function pieces(of: Piece[], side: Side): (Node | string)[] {
  const made = of.slice(0, PIECES).flatMap((piece) => {
    const found = piece.found === undefined ? undefined : side.shown.found[piece.found];
    return piece.found !== undefined && found
      ? [mark(piece.text, piece.found, found, side)]
      : elided(piece.text);
  });
  const rest = of.slice(PIECES);
  if (rest.length > 0) {
    const hidden = rest.filter((piece) => piece.found !== undefined).length;
    const more = button(`… ${plural(hidden, "more mark")} …`, () => more.replaceWith(...pieces(rest, side)), {
      class: "elided",
    });
    made.push(more);
  }
  return made;
}

function head(shown: Shown, toPolicy: (at: { line: number; column: number }) => void): HTMLElement {
  const redacted = shown.found.filter((found) => found.kept === null).length;
  const kept = shown.found.length - redacted;
  const made = el("div", { class: "head" }, el("span", { class: "line" }, `Line ${count(shown.line)}`));
  if (redacted > 0) made.append(el("span", { class: "badge redact" }, `${count(redacted)} redacted`));
  if (kept > 0) made.append(el("span", { class: "badge kept" }, `${count(kept)} kept`));
  const { route } = shown;
  if (route) {
    const where = el("span", { class: "route" }, "→ ", el("b", {}, route.tag), " by ");
    if (route.line === undefined) where.append(route.by);
    else {
      const at = { line: route.line, column: route.column ?? 1 };
      where.append(
        button(route.by, () => toPolicy(at), { class: "link", title: `Line ${route.line} of the policy` }),
      );
    }
    made.append(where);
  }
  if (shown.lost !== null) made.append(el("strong", { class: "lost" }, `Lost: ${shown.lost}`));
  return made;
}

/** The record as an item of the list. */
export function recordElement(
  shown: Shown,
  toPolicy: (at: { line: number; column: number }) => void,
): HTMLLIElement {
  const before = el(
    "div",
    { class: "before", role: "group", "aria-label": "Before" },
    ...pieces(shown.before, { shown, isAfter: false }),
  );
  const after = el("div", { class: "after", role: "group", "aria-label": "After" });
  for (const field of shown.fields) {
    const made = el("div", { class: field.added ? "field added" : "field" });
    const value = el("span", { class: "value" }, ...pieces(field.pieces, { shown, isAfter: true }));
    made.append(el("span", { class: "name" }, field.name), value);
    after.append(made);
  }
  const made = el(
    "li",
    { class: shown.found.length > 0 ? "record" : "record plain" },
    head(shown, toPolicy),
    before,
    after,
  );
  records.set(made, shown);
  return made;
}
