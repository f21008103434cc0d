/** Where in a YAML text one is. */
import { parser } from "@lezer/yaml";
import type { SyntaxNode } from "@lezer/common";

/** Names of members; an item of a list is 0. */
export type Path = (string | 0)[];

/** Where something is written: what stands there is a member's name, or a value. */
export interface Place {
  path: Path;
  name: boolean;
}

/** The text of a key or value without quotes. */
function plain(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text.trim();
}

/** Where the node is in the text that it was parsed from; `path` ends with the name if it is one. */
export function placeOf(text: string, node: SyntaxNode): Place {
  const path: Path = [];
  let name = false;
  for (let at = node.parent; at; at = at.parent) {
    if (at.name === "Key") name ||= path.length === 0;
    if (at.name === "Pair") {
      const key = at.getChild("Key");
      if (key) path.unshift(plain(text.slice(key.from, key.to)));
    } else if (at.name === "BlockSequence" || at.name === "FlowSequence") {
      path.unshift(0);
    }
  }
  return { path, name };
}

/** Where the word at `position` is; null where there is none, as in a comment. */
export function placeAt(text: string, position: number): (Place & { from: number; to: number }) | null {
  const node = parser.parse(text).resolveInner(position, 1);
  if (!node.name.endsWith("Literal") || node.name === "BlockLiteral") return null;
  return { ...placeOf(text, node), from: node.from, to: node.to };
}

/** What could be written at the end of `before`, a text that stops inside of a word or in front of one. */
export function placesToWrite(text: string, position: number): { from: number; places: Place[] } {
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  const word = /[^\s:,[\]{}"'#]*$/.exec(line)?.[0] ?? "";
  const from = position - word.length;
  const lead = line.slice(0, line.length - word.length);
  const rest = text.slice(position);
  // In a comment, or behind something that a word cannot follow.
  if (/(^|\s)#/.test(lead) || /[^\s:,[{-]\s*$/.test(lead)) return { from, places: [] };
  const tail = rest.slice(/^[^\s:,[\]{}"'#]*/.exec(rest)?.[0].length ?? 0);
  const places: Place[] = [];
  const value = /:\s+$/.test(lead) || /[[,]\s*$/.test(lead) || /^\s*(- +)*- +$/.test(lead);
  const name = !/:\s+$/.test(lead);
  // The text as it would be with a word there: what is half written is not yet YAML.
  for (const [fits, ending] of [
    [name, ": 0"],
    [value, ""],
  ] as const) {
    if (!fits) continue;
    const asName = ending !== "";
    const whole = text.slice(0, from) + "x" + (asName && /^\s*:/.test(tail) ? "" : ending) + tail;
    const node = parser.parse(whole).resolveInner(from, 1);
    const place = placeOf(whole, node);
    if (place.name === asName) places.push(place);
  }
  return { from, places };
}
