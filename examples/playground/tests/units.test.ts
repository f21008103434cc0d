/** What needs no browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pack } from "../pack";
import type { Detector } from "../src/api";
import { aboutPlace, optionsAt } from "../src/assist";
import { withCase, type Case } from "../src/casefile";
import { unpackLzma } from "../src/lzma";
import { about, names, values, type Schema } from "../src/schema";
import { fromFragment, toFragment } from "../src/share";
import { says } from "../src/source";
import { placeAt, placesToWrite } from "../src/yaml";

const repository = new URL("../../../", import.meta.url);
const schema = JSON.parse(
  readFileSync(new URL("filters/policy/src/schema.json", repository), "utf8"),
) as Schema;
const detectors: Detector[] = [
  { name: "email", on: true },
  { name: "ipv4", on: false },
];

/** What may be written where `|` is. */
function offered(text: string): string[] {
  const at = text.indexOf("|");
  const { places } = placesToWrite(text.slice(0, at) + text.slice(at + 1), at);
  return places.flatMap((place) => optionsAt(schema, detectors, place)).map((option) => option.label);
}

/** What is said of the word behind `|`. */
function told(text: string): string {
  const at = text.indexOf("|");
  const whole = text.slice(0, at) + text.slice(at + 1);
  const place = placeAt(whole, at);
  return place ? aboutPlace(schema, detectors, place, whole.slice(place.from, place.to)) : "";
}

test("names at the top of a policy", () => {
  for (const text of ["|", "de|", "version: 1\n|", "detectors:\n  email: off\nro|"]) {
    assert.ok(offered(text).includes("route"), text);
    assert.ok(offered(text).includes("detectors"), text);
  }
});

test("names of detectors, and what becomes of what they find", () => {
  assert.deepEqual(offered("detectors:\n  |"), ["all", "pii", "secrets", "email", "ipv4"]);
  assert.deepEqual(offered("detectors:\n  card: off\n  em|\n"), ["all", "pii", "secrets", "email", "ipv4"]);
  assert.deepEqual(offered("detectors:\n  email: |"), [
    "on",
    "off",
    "redact",
    "mask",
    "hash",
    "remove",
    "keep",
  ]);
  assert.deepEqual(offered("detectors: {email: re|}"), [
    "on",
    "off",
    "redact",
    "mask",
    "hash",
    "remove",
    "keep",
  ]);
});

test("members of items of a list", () => {
  for (const text of ["rules:\n  - na|", "rules:\n  - name: a\n    |", "rules:\n- name: a\n  ch|: luhn"]) {
    assert.ok(offered(text).includes("checksum"), text);
  }
  assert.deepEqual(offered("rules:\n  - name: a\n    checksum: |"), ["luhn", "mod97"]);
  assert.deepEqual(offered("rules: [{name: a, checksum: l|}]"), ["luhn", "mod97"]);
});

test("members of conditions, at any depth", () => {
  for (const text of [
    "route:\n  - when: {|}\n    tag: a",
    "route:\n  - tag: a\n    when:\n      |",
    "route:\n  - tag: a\n    when:\n      not:\n        any:\n          - gl|",
  ]) {
    assert.ok(offered(text).includes("glob"), text);
  }
  assert.ok(offered("route:\n  - tag: a\n    when: {severity: |}").includes("warn"));
});

test("names of rules where rules are named", () => {
  assert.ok(offered("allow:\n  - rule: |").includes("email"));
  assert.ok(offered("allow:\n  - rule: [email, |]").includes("ipv4"));
  assert.ok(offered("route:\n  - tag: a\n    when: {redacted: |}").includes("true"));
  assert.ok(offered("route:\n  - tag: a\n    when: {redacted: |}").includes("secrets"));
});

test("nothing in comments and texts", () => {
  for (const text of ["# de|", "version: 1 # de|", "rules:\n  - name: a b|"])
    assert.deepEqual(offered(text), [], text);
});

test("explanations", () => {
  assert.match(told("|detectors:\n  email: off"), /^Names of built-in detectors/);
  assert.match(told("detectors:\n  |email: off"), /detector, on by default/);
  assert.match(told("route:\n  - |tag: a"), /It must be there\.$/);
  assert.match(told("allow:\n  - rule: |email"), /detector, on by default/);
  assert.equal(told("version: 1 # |email"), "");
});

test("the schema itself", () => {
  assert.ok(names(schema, ["limits"]).some((option) => option.label === "record"));
  assert.deepEqual(
    values(schema, ["on_error"]).map((option) => option.label),
    ["mask", "drop"],
  );
  assert.match(about(schema, ["rules", 0, "checksum"]), /One of luhn, mod97\.$/);
  assert.deepEqual(names(schema, ["nowhere"]), []);
});

const made: Case = {
  kind: "redact",
  text: 'a"b',
  source: { line: 'x a"b \u2028 y' },
  tag: "",
  function: "pipeline",
};

test("cases are appended to what is there", () => {
  const one = '- name: "redacts a\\"b"\n  line: "x a\\"b \\u2028 y"\n  redact: ["a\\"b"]\n';
  assert.equal(withCase("", made), one);
  assert.equal(withCase("[]\n", made).trimStart(), one);
  assert.equal(withCase("# mine\n- line: b\n  keep: all", made), `# mine\n- line: b\n  keep: all\n${one}`);
  const indented = withCase("  - line: b\n    keep: all\n", made);
  assert.ok(indented.endsWith('\n    redact: ["a\\"b"]\n'), indented);
});

test("cases of JSON files stay JSON", () => {
  const text = withCase('[\n  {"line": "b", "keep": "all"}\n]\n', {
    ...made,
    tag: "kube.a",
    function: "redact",
  });
  assert.deepEqual(JSON.parse(text), [
    { line: "b", keep: "all" },
    { name: 'redacts a"b', line: 'x a"b \u2028 y', tag: "kube.a", function: "redact", redact: ['a"b'] },
  ]);
});

test("cases of records have all of them", () => {
  const of = (record: string) => withCase("", { ...made, text: "b", source: { record } });
  assert.ok(of('{"msg": "b\u0085", "n":[1, 2.5]}').includes('\n  record: {"msg":"b\\u0085","n":[1,2.5]}\n'));
  // What would be spelt in another way as an object stays a text.
  for (const record of [
    '{"n":1.0,"msg":"b"}',
    '{"a":"b","a":1}',
    '{"a":"\\u0062"}',
    '{"2":0,"1":"b"}',
    "no b",
  ]) {
    assert.ok(of(record).includes(`\n  record: ${JSON.stringify(record)}\n`), of(record));
  }
  const json = withCase('[{"line": "b", "keep": "all"}]', { ...made, source: { record: '{"a":{"b":1}}' } });
  assert.deepEqual((JSON.parse(json) as { record: unknown }[])[1]?.record, { a: { b: 1 } });
});

test("what a case can say of a line or a record", () => {
  const inner = JSON.stringify({ msg: 'say "hi"', card: 4197522387865817 });
  for (const source of [
    { line: inner },
    { record: JSON.stringify({ log: inner }) },
    { record: `{"a":[${inner}]}` },
  ]) {
    for (const text of ['say "hi"', "7865817", "msg"])
      assert.ok(says(source, text), `${JSON.stringify(source)}: ${text}`);
    for (const text of ["service", 'x "hi"']) assert.ok(!says(source, text), text);
  }
  assert.ok(says({ record: "no object" }, "object"));
  assert.ok(!says({ record: '{"a":"b"}' }, 'a":"b'));
});

test("policies in addresses", async () => {
  const policy = "# Grüße\nversion: 1\n".repeat(50);
  const fragment = await toFragment(policy);
  assert.match(fragment, /^#policy=[\w-]+$/);
  assert.equal(await fromFragment(fragment), policy);
  assert.equal(await fromFragment("#result"), null);
  await assert.rejects(fromFragment(fragment.slice(0, -9)));
  await assert.rejects(fromFragment("#policy=%%%"));
});

test("LZMA", () => {
  const bytes = new Uint8Array(readFileSync(new URL("host-test/recordings/kept.jsonl", repository)));
  const noise = bytes.map((byte, index) => (byte * 31 + index * index) & 255);
  for (const each of [bytes, noise, new Uint8Array(100_000)]) {
    const packed = pack(each);
    assert.deepEqual(unpackLzma(packed, each.length), each);
    assert.deepEqual(unpackLzma(packed, 1000), each.subarray(0, 1000));
  }
});
