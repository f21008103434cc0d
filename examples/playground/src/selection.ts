/** What is selected, in the lines or in a record, as something that a case can say. */
import type { Options, Shown } from "./api";
import type { Editor } from "./editor";
import { hiddenBy, lineOf, markOf, recordOf } from "./record";
import { says, sourceOf, type Source } from "./source";

/** A text, and what it was selected in. */
export interface Selected {
  text: string;
  source: Source;
}

/** Why there is none. */
export class NotSelected extends Error {}

/** A text of a JSON string as it was meant. */
function plain(json: string): string {
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    return json;
  }
}

/** A character, and whether it is a quotation mark of JSON's. */
interface Unit {
  text: string;
  quote: boolean;
}

/** What is between two places of JSON, as it was meant: an escape is one character, and not cut. */
function meant(json: string, from: number, to: number): Unit[] {
  return Array.from(json.matchAll(/\\u[0-9a-f]{4}|\\?[^]/gi))
    .filter(({ 0: unit, index }) => index < to && index + unit.length > from)
    .map(([unit]) => ({ text: unit.length > 1 ? plain(unit) : unit, quote: unit === '"' }));
}

/** Where in a node a range begins or ends that may do so elsewhere. */
function within(node: Node, length: number, container: Node, offset: number): number | null {
  if (!node.contains(container)) return null;
  return container instanceof Text ? offset : offset === 0 ? 0 : length;
}

/** What a range selects of one side of a record: of what was redacted all, in its own words. */
function textOf(range: Range, side: Element, shown: Shown): string {
  const isAfter = side.classList.contains("value");
  const isJson = isAfter || lineOf(shown) === shown.record;
  const units: Unit[] = [];
  for (const node of side.childNodes) {
    if (!range.intersectsNode(node)) continue;
    const hidden = node instanceof Element ? hiddenBy(node) : undefined;
    const mark = node instanceof Element ? markOf(node) : undefined;
    // Anything else is no text of the record's.
    const whole = hidden ?? (mark || node instanceof Text ? (node.textContent ?? "") : "");
    const { startContainer, startOffset, endContainer, endOffset } = range;
    const place = (container: Node, offset: number) =>
      hidden === undefined ? within(node, whole.length, container, offset) : null;
    const from = place(startContainer, startOffset) ?? 0;
    const to = place(endContainer, endOffset) ?? whole.length;
    if (from >= to) continue;
    if (mark && isAfter) units.push({ text: mark.found.text, quote: false });
    else if (isJson) units.push(...meant(whole, from, to));
    else units.push({ text: whole.slice(from, to), quote: false });
  }
  const first = units.findIndex((unit) => !unit.quote);
  const last = units.findLastIndex((unit) => !unit.quote);
  return first < 0
    ? ""
    : units
        .slice(first, last + 1)
        .map((unit) => unit.text)
        .join("");
}

/** What is selected in the list of records; null if nothing is. */
export function selectedIn(list: Element): (Selected & { rect: DOMRect }) | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const common = range.commonAncestorContainer;
  const element = common instanceof Element ? common : common.parentElement;
  const side = element?.closest(".before, .value");
  const record = side?.closest(".record");
  const shown = record && recordOf(record);
  if (!side || !shown || !list.contains(record)) return null;
  const text = textOf(range, side, shown);
  return text === "" ? null : { text, source: sourceOf(shown), rect: range.getBoundingClientRect() };
}

/** The same, if a case of it can pass. */
export function checked(selected: Selected): Selected {
  if (says(selected.source, selected.text)) return selected;
  throw new NotSelected(
    "What is selected is not in what the application wrote, as it stands: it was added, or is of two values. Select less of it, or select it before.",
  );
}

/** What is selected in the lines: its record must be among those that are shown. */
export function selectedInLines(
  lines: Editor,
  records: readonly Shown[],
  { filter, skip }: Options,
): Selected {
  const text = lines.selected;
  if (text === "") throw new NotSelected("Select a text first, in the lines or in a record of the result.");
  const index = records.findIndex((record) => record.line >= lines.line);
  const shown = records[index];
  // A line in the middle of a record is of the next one that is shown only if none before it is left out.
  const all = filter === null && (index > 0 || skip === 0);
  if (!shown || (shown.line !== lines.line && !all)) {
    throw new NotSelected(
      `The record of line ${lines.line} is not shown: clear the filters, or turn to its page.`,
    );
  }
  const source = sourceOf(shown);
  const found = [text, plain(text)].find((each) => says(source, each));
  if (found !== undefined) return { text: found, source };
  throw new NotSelected(
    "What is selected is not in the application's line as it stands, but belongs to the runtime's frame or to two lines: select it in the result.",
  );
}
