/** The corpus of cases that every engine runs: podsieve in the page says what the core says natively, byte for byte. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { Shown } from "../src/api";
import { clean, playground, podsieve, type Opened, type Playground } from "./page";

const CASES = fileURLToPath(new URL("../../../host-test/testdata/cases/", import.meta.url));
const built = (name: string) => new URL(`../wasm/${name}`, import.meta.url);

let site: Playground;
const folder = mkdtempSync(join(tmpdir(), "playground-"));
before(async () => {
  site = await playground();
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

interface Case {
  name: string;
  function: string;
  tag?: string;
  input?: unknown;
  input_text?: string;
  input_hex?: string;
  input_parts?: [string, number][];
}

/** The text of the member `input`, as it stands in the line. */
function rawInput(line: string): string {
  const start = line.indexOf('"input": ') + '"input": '.length;
  for (let end = start + 1; end <= line.length; end++) {
    if (!/^\s*[,}]/.test(line.slice(end))) continue;
    try {
      JSON.parse(line.slice(start, end));
      return line.slice(start, end);
    } catch {
      // Not yet its end.
    }
  }
  throw new Error(`no input in ${line.slice(0, 80)}`);
}

function input(line: string): Buffer {
  const each = JSON.parse(line) as Case;
  if (each.input_text !== undefined) return Buffer.from(each.input_text);
  if (each.input_hex !== undefined) return Buffer.from(each.input_hex.replaceAll(" ", ""), "hex");
  if (each.input_parts)
    return Buffer.from(each.input_parts.map(([text, count]) => text.repeat(count)).join(""));
  return Buffer.from(rawInput(line));
}

/** A page that can load podsieve itself: from its own origin, as its policy wants it. */
async function open(): Promise<Opened> {
  const opened = await site.open();
  const script = readFileSync(built("podsieve_browser.js"), "utf8");
  await opened.page.route("**/engine.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: script }),
  );
  return opened;
}

/** What the page says of records, one a line. */
async function inPage(
  page: Page,
  records: Buffer,
  options: { function: string; tag: string },
): Promise<string[]> {
  return page.evaluate(
    async ({ module, records, options }) => {
      const [code = new Uint8Array(), input = new Uint8Array()] = [module, records].map((base64) =>
        Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)),
      );
      const engine = (await import(
        new URL("engine.js", location.href).href
      )) as typeof import("../wasm/podsieve_browser.js");
      engine.initSync({ module: await WebAssembly.compile(code) });
      const session = new engine.Session();
      session.begin(JSON.stringify({ ...options, form: "records", filter: null, skip: 0, show: 1e9 }));
      const shown = JSON.parse(session.push(input)) as Shown[];
      const end = JSON.parse(session.end()) as { shown: Shown[] };
      return shown.concat(end.shown).map((record) => {
        const texts = record.fields.map((field) => field.pieces.map((piece) => piece.text).join(""));
        // What is shown, member by member, is what comes out.
        for (const text of texts) JSON.parse(text);
        return record.output;
      });
    },
    {
      module: readFileSync(built("podsieve_browser_bg.wasm")).toString("base64"),
      records: records.toString("base64"),
      options,
    },
  );
}

for (const file of readdirSync(CASES)) {
  test(file, { timeout: 60_000 }, async (t) => {
    const opened = await open();
    const groups = new Map<string, Buffer[]>();
    let left = 0;
    for (const line of readFileSync(join(CASES, file), "utf8").split("\n").filter(Boolean)) {
      const { function: name, tag = "app" } = JSON.parse(line) as Case;
      const record = input(line);
      // One record a line: a few are no such lines.
      if (record.includes(0x0a)) left++;
      else {
        const group = `${name} ${tag}`;
        groups.set(group, [...(groups.get(group) ?? []), record]);
      }
    }
    let compared = 0;
    for (const [group, records] of groups) {
      const [name = "", tag = ""] = group.split(" ");
      const lines = Buffer.concat(records.flatMap((record) => [record, Buffer.from("\n")]));
      const path = join(folder, "records");
      writeFileSync(path, lines);
      const options = ["--native", "--quiet", "--input", "records", "--function", name, "--tag", tag];
      const expected = podsieve("run", ...options, path)
        .split("\n")
        .slice(0, -1);
      const found = await inPage(opened.page, lines, { function: name, tag });
      assert.equal(found.length, expected.length, group);
      for (const [index, output] of found.entries()) {
        // Some have megabytes, which no difference is to be made of.
        const [text, want] = [output.slice(0, 2000), expected[index]?.slice(0, 2000)];
        assert.equal(text, want, group);
        assert.ok(output === expected[index], `${group}: not the same behind ${text}`);
      }
      compared += found.length;
    }
    t.diagnostic(`${compared} compared, ${left} left out`);
    assert.ok(compared > 9 * left, `${left} of ${compared} left out`);
    clean(opened);
    await opened.page.close();
  });
}
