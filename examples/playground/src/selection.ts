/** What is selected, in the lines or in a record, as something that a case can say. */
import type { Shown } from "./api";
import type { Editor } from "./editor";
import { lineOf, markOf, recordOf } from "./record";

/** A text of an application's line. */
export interface Selected {
  text: string;
  line: string;
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

/** What a range selects of one side of a record: of what was redacted all, in its own words. */
function textOf(range: Range, side: Element): string {
  const isAfter = side.classList.contains("value");
  let text = "";
  for (const node of side.childNodes) {
    if (!range.intersectsNode(node)) continue;
    const from = node === range.startContainer || node.contains(range.startContainer) ? range.startOffset : 0;
    const whole = node.textContent ?? "";
    const to =
      node === range.endContainer || node.contains(range.endContainer) ? range.endOffset : whole.length;
    const mark = node instanceof Element ? markOf(node) : undefined;
    if (mark && isAfter) text += from === whole.length || to === 0 ? "" : mark.found.text;
    else text += isAfter ? plain(whole.slice(from, to)) : whole.slice(from, to);
  }
  return text;
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
  const text = textOf(range, side);
  return text === "" ? null : { text, line: lineOf(shown), rect: range.getBoundingClientRect() };
}

/** What is selected in the lines: its record must be among those that are shown. */
export function selectedInLines(lines: Editor, records: readonly Shown[]): Selected {
  const text = lines.selected;
  if (text === "") throw new NotSelected("Select a text first, in the lines or in a record of the result.");
  const shown = records.find((record) => record.line >= lines.line);
  if (!shown) {
    throw new NotSelected(
      `The record of line ${lines.line} is not shown: clear the filters, or turn to its page.`,
    );
  }
  const line = lineOf(shown);
  if (line.includes(text)) return { text, line };
  const meant = plain(text);
  if (line.includes(meant)) return { text: meant, line };
  throw new NotSelected(
    "What is selected is not in the application's line as it stands, but belongs to the runtime's frame or to two lines: select it in the result.",
  );
}
