/** What goes out of the page, and comes in: cases, policies, modules. The command has to understand all of it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, playground, podsieve, saved, write, type Playground } from "./page";

let site: Playground;
const folder = mkdtempSync(join(tmpdir(), "playground-"));
before(async () => {
  site = await playground();
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

/** Writes a file into the folder of this test; its path. */
function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("cases that were made by selecting are what podsieve test reads", async () => {
  const opened = await site.open();
  const { page } = opened;
  const record = page.locator("#records > li").filter({ hasText: "Card 4111" });
  // The mouse, on a text of the line as the application wrote it.
  const box = await record.locator(".before").evaluate((before) => {
    const texts = document.createTreeWalker(before, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const at = node.textContent?.indexOf("INC0012345") ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + "INC0012345".length);
      node.parentElement?.scrollIntoView({ block: "center" });
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { left, right, y: (top + bottom) / 2 };
    }
    throw new Error("no such text");
  });
  await page.mouse.move(box.left + 1, box.y);
  await page.mouse.down();
  await page.mouse.move(box.right - 1, box.y, { steps: 5 });
  await page.mouse.up();
  await page.locator("#marker").getByRole("button", { name: "Must keep" }).click();
  await page.locator("#case-list .passed").waitFor();

  // A mark of the result stands for what was there.
  await record.locator(".after mark").filter({ hasText: "REDACTED:card" }).first().hover();
  await page.locator("#why").getByRole("button", { name: "Must redact" }).click();
  await page.locator("#case-list .passed").nth(1).waitFor();

  // And one that fails.
  await record.locator(".before mark").filter({ hasText: "797-80-7630" }).first().hover();
  await page.locator("#why").getByRole("button", { name: "Must keep" }).click();
  await page.locator("#case-list .failed").waitFor();
  const message = (await page.locator("#case-list .failed p").textContent()) ?? "";
  assert.ok(message.length > 10);
  assert.ok(await page.locator("#cases-editor .cm-lintRange-error").first().isVisible());

  const cases = await saved(page, "Save cases.yaml");
  assert.equal(cases.name, "cases.yaml");
  await page.getByRole("tab", { name: "Policy" }).click();
  const policy = await saved(page, "Save policy.yaml");
  assert.equal(policy.name, "policy.yaml");
  const paths = [put("policy.yaml", policy.bytes), put("cases.yaml", cases.bytes)];
  const told = (() => {
    try {
      return podsieve("test", ...paths);
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      assert.equal(status, 1);
      return stdout;
    }
  })();
  assert.match(told, /^2 passed, 1 failed$/m);
  assert.ok(told.includes(message), told);

  // What the case asks for is now the policy's: all pass, there too, and in a page that has opened both files.
  const kept = "allow:\n  - rule: ssn\n    values: [797-80-7630]\n";
  const other = await site.open();
  await write(other.page, "policy", kept);
  await other.page.getByRole("tab", { name: "Cases" }).click();
  const [chooser] = await Promise.all([
    other.page.waitForEvent("filechooser"),
    other.page.locator("#cases-open").click(),
  ]);
  await chooser.setFiles(join(folder, "cases.yaml"));
  await other.page.locator("#case-summary").filter({ hasText: "3 of 3 cases passed" }).waitFor();
  podsieve("test", put("kept.yaml", kept), join(folder, "cases.yaml"));
  clean(opened);
  clean(other);
});

test("a case of a record has all its members", async () => {
  const opened = await site.open();
  const { page } = opened;
  await page.selectOption("#form", "records");
  await write(page, "lines", '{"msg": "mail \\"ada@example.com\\"", "user": {"n": 1.50}}');
  await page.locator("#records .before mark").filter({ hasText: "ada@example.com" }).hover();
  await page.locator("#why").getByRole("button", { name: "Must redact" }).click();
  await page.locator("#case-list .passed").waitFor();
  const cases = await saved(page, "Save cases.yaml");
  assert.match(cases.bytes.toString(), /\n {2}record: .*1\.50/);
  podsieve("test", put("empty.yaml", ""), put("record.yaml", cases.bytes));
  clean(opened);
});

test("mistakes of a file of cases are shown where they are", async () => {
  const opened = await site.open();
  const { page } = opened;
  await page.getByRole("tab", { name: "Cases" }).click();
  await write(page, "cases", "- line: a\n  keeep: all\n");
  await page.locator("#case-summary").filter({ hasText: "Line 2, column 3" }).waitFor();
  assert.equal(await page.locator("#cases-editor .cm-lintRange-error").textContent(), "keeep");
  clean(opened);
});

test("the module is the one that podsieve bake makes", async () => {
  const opened = await site.open();
  const { page } = opened;
  const policies = [
    undefined,
    "",
    "rules:\n  - name: badge\n    regex: 'B-[0-9]{8}'\n    keywords: [badge]\nroute:\n  - tag: 'archive.{service}'\n",
  ];
  for (const policy of policies) {
    if (policy !== undefined) await write(page, "policy", policy);
    const module = await saved(page, "Download module for Fluent Bit");
    assert.equal(module.name, "podsieve.wasm");
    const text = policy ?? podsieve("policy");
    const out = join(folder, "baked.wasm");
    podsieve("bake", "--output", out, put("bake.yaml", text));
    assert.ok(module.bytes.equals(readFileSync(out)), `other bytes for ${JSON.stringify(text.slice(0, 60))}`);
  }
  for (const policy of [
    "hash: {keys: [{id: a, from: 'env:KEY'}]}\ndetectors: {email: hash}\n",
    "emial: 1\n",
  ]) {
    await write(page, "policy", policy);
    await page.locator("#policy-bake").click();
    await page.locator("#policy-notes pre").filter({ hasText: "podsieve bake" }).waitFor();
  }
  clean(opened);
});

test("rules of gitleaks become a policy", async () => {
  const opened = await site.open();
  const { page } = opened;
  const toml = `[[rules]]
id = "acme-key"
regex = '''acme_[a-z0-9]{20}'''
keywords = ["acme_"]

[[rules]]
id = "by-path"
path = '''\\.pem$'''
`;
  const path = put("gitleaks.toml", toml);
  const open = async (file: string) => {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.locator("#policy-open").click(),
    ]);
    await chooser.setFiles(file);
  };
  await open(path);
  await page.locator("#policy-notes").filter({ hasText: "gitleaks.toml: 1 of 2 rules taken." }).waitFor();
  await page.locator("#policy-notes li").filter({ hasText: "by-path" }).waitFor();
  await write(page, "lines", "key acme_abcdefghij0123456789");
  await page.locator("#records .before mark").filter({ hasText: "acme_" }).waitFor();
  const policy = await saved(page, "Save policy.yaml");
  assert.equal(
    policy.bytes.toString(),
    podsieve("import", "gitleaks", path).replaceAll(path, "gitleaks.toml"),
  );

  await open(put("broken.toml", "[[rules"));
  await page.locator("#policy-notes").filter({ hasText: "broken.toml:1" }).waitFor();
  await open(put("other.yaml", "detectors: {email: off}\n"));
  await page
    .locator("#policy-editor .cm-content")
    .filter({ hasText: /^detectors: \{email: off\}/ })
    .waitFor();
  clean(opened);
});
