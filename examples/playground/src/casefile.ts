/** The file of cases, as `podsieve test` reads it: a list in YAML or JSON, to which cases are appended as text. */

import { object, type Source } from "./source";

/** That a text of a line or of a record must be redacted, or must stay. */
export interface Case {
  kind: "redact" | "keep";
  text: string;
  source: Source;
  /** Without it, one that says nothing. */
  tag: string;
  function: string;
}

/** A value as JSON, which is YAML too if characters that YAML wants escaped are. */
function quoted(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A name for people: what must happen, to what. */
function nameOf({ kind, text }: Case): string {
  const characters = Array.from(text.replaceAll(/\s+/g, " "));
  const short = characters.length > 40 ? `${characters.slice(0, 39).join("")}…` : characters.join("");
  return `${kind === "redact" ? "redacts" : "keeps"} ${short}`;
}

/** A record as an object for people; as its text where something of that would be spelt in another way. */
function written(record: string): string {
  const parsed = object(record);
  const tight = record.replaceAll(/("(?:[^"\\]+|\\.)*")|\s+/g, "$1");
  return quoted(JSON.stringify(parsed) === tight ? parsed : record);
}

function members(of: Case): [string, string][] {
  return [
    ["name", quoted(nameOf(of))],
    "line" in of.source ? ["line", quoted(of.source.line)] : ["record", written(of.source.record)],
    ...(of.tag === "" ? [] : ([["tag", quoted(of.tag)]] as [string, string][])),
    ...(of.function === "pipeline" ? [] : ([["function", of.function]] as [string, string][])),
    [of.kind, `[${quoted(of.text)}]`],
  ];
}

/** The file with one more case at its end. */
export function withCase(file: string, added: Case): string {
  const bare = file.replaceAll(/^\s*#.*$/gm, "").trim();
  const list = members(added);
  // A list in brackets goes on in brackets.
  if (bare.startsWith("[") && bare.endsWith("]") && bare !== "[]") {
    const end = file.lastIndexOf("]");
    const item = list
      .map(([name, value]) => `"${name}": ${/^["[{]/.test(value) ? value : quoted(value)}`)
      .join(", ");
    const last = /,\s*$/.test(file.slice(0, end)) ? "" : ",";
    return `${file.slice(0, end).trimEnd()}${last}\n  {${item}}\n${file.slice(end)}`;
  }
  const rest = bare === "[]" ? file.replace("[]", "") : file;
  const indent = bare === "[]" ? "" : (/^( *)- /m.exec(rest)?.[1] ?? "");
  const item = list
    .map(([name, value], index) => `${indent}${index === 0 ? "- " : "  "}${name}: ${value}\n`)
    .join("");
  return `${rest.trim() === "" ? "" : `${rest.trimEnd()}\n`}${item}`;
}
