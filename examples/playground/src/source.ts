/** What a case is tried on, and what that says: the same as for `podsieve test`. */
import type { Shown } from "./api";
import { lineOf } from "./record";

/** An application's line; or a whole record as JSON where there is more to it than that. */
export type Source = { line: string } | { record: string };

/** The members that a container runtime puts around each line. */
const FRAME = new Set(["log", "time", "stream", "_p"]);

/** The object that a text is as JSON. */
export function object(text: string): Record<string, unknown> | null {
  if (!/^\s*\{/.test(text)) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

export function sourceOf(shown: Shown): Source {
  const line = lineOf(shown);
  const record = object(shown.record);
  const bare = record?.log === line && Object.keys(record).every((name) => FRAME.has(name));
  return bare ? { line } : { record: shown.record };
}

/** The strings of JSON as they were meant, and its numbers as they are spelt. */
function texts(json: string): string[] {
  return Array.from(json.matchAll(/"(?:[^"\\]+|\\.)*"|[^\s,:{}[\]"]+/g), ([token]) =>
    token.startsWith('"') ? String(JSON.parse(token)) : token,
  );
}

/** Whether a text is somewhere in it, also in JSON inside strings: a case of any other text could not pass. */
export function says(source: Source, text: string): boolean {
  const said = (each: string): boolean =>
    each.includes(text) || (object(each) !== null && texts(each).some(said));
  if ("line" in source) return said(source.line);
  return object(source.record) ? texts(source.record).some(said) : source.record.includes(text);
}
