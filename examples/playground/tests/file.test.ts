/** Files: dropped as people drop them, read in pieces, cancelled. */
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { clean, playground, podsieve, status, write, type Playground } from "./page";

/** Bytes by which a page may grow while it reads a file of 50 MB. */
const MEMORY = 200e6;
const MB = 1e6;

let site: Playground;
const folder = mkdtempSync(join(tmpdir(), "playground-"));
before(async () => {
  site = await playground();
});
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

/** A log of about so many bytes: the samples over and over. */
function log(name: string, bytes: number): string {
  const path = join(folder, name);
  const sample = ["celery", "fastapi", "headers", "traceback"]
    .map((each) => readFileSync(new URL(`../samples/${each}.log`, import.meta.url)))
    .reduce((a, b) => Buffer.concat([a, b]));
  const file = openSync(path, "w");
  for (let written = 0; written < bytes; written += writeSync(file, sample));
  closeSync(file);
  return path;
}

/** Drops a file of the disk onto an element. */
async function drop(page: Page, on: string, path: string): Promise<void> {
  const box = await page.locator(on).boundingBox();
  assert.ok(box);
  const session = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await session.detach();
}

/** Bytes of memory that the browser's pages hold. */
async function memory(): Promise<number> {
  const session = await site.browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    })
    .reduce((a, b) => a + b, 0);
}

test("a file of 50 MB, in bounded memory", async (t) => {
  const opened = await site.open();
  const { page } = opened;
  const path = log("0.log", 50 * MB);
  const start = await memory();
  let most = 0;
  const watch = setInterval(() => void memory().then((now) => (most = Math.max(most, now))), 100);
  const from = performance.now();
  await drop(page, "#lines-editor", path);
  await page.locator("#file-progress").waitFor();
  // The page answers while the worker reads.
  const answer = performance.now();
  await page.getByRole("tab", { name: "Cases" }).click();
  await page.getByRole("tab", { name: "Policy" }).click();
  const answered = performance.now() - answer;
  await page.locator("#file-progress").waitFor({ state: "hidden", timeout: 120_000 });
  const took = performance.now() - from;
  clearInterval(watch);
  const told = await status(page, / in [\d.]+ s$/);
  t.diagnostic(`${(took / 1000).toFixed(1)} s, ${((most - start) / MB).toFixed(0)} MB more at most; ${told}`);
  assert.ok(most - start < MEMORY, `${((most - start) / MB).toFixed(0)} MB more than before`);
  assert.ok(answered < 5000, `the page took ${answered} ms for two clicks`);
  assert.equal(await page.locator("#records > li").count(), 200);

  // As many records as the command finds.
  const records = /^([\d,]+) records/.exec(told)?.[1]?.replaceAll(",", "");
  assert.equal(Number(records), podsieve("run", "--native", "--quiet", path).split("\n").length - 1);

  // Further pages, and a filter, read it again.
  await page.getByRole("button", { name: "Next 200" }).click();
  await page.locator("#pages").filter({ hasText: "Records 201 to 400" }).waitFor({ timeout: 120_000 });
  await page.locator("#file-cancel").click();
  await page.getByRole("button", { name: "Close the file" }).click();
  assert.ok(await page.locator("#lines-editor").isVisible());
  clean(opened);
});

test("cancelled, the beginning stays", async () => {
  const opened = await site.open();
  const { page } = opened;
  await drop(page, "#status", log("long.log", 120 * MB));
  await page
    .locator("#file-text")
    .filter({ hasText: /^[1-9][\d.]* MB of/ })
    .waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await status(page, /^Cancelled/);
  assert.match(
    (await page.locator("#file-text").textContent()) ?? "",
    /^cancelled at [\d.]+ MB of 1\d\d\.\d MB$/,
  );
  assert.equal(await page.locator("#records > li").count(), 200);
  // It stays cancelled, and what is typed next is shown.
  await page.getByRole("button", { name: "Close the file" }).click();
  await write(page, "lines", "ada@example.com");
  await status(page, /^1 record, 1 redacted/);
  clean(opened);
});

test("a small file goes into the editor, one on the policy becomes the policy, a large one is refused", async () => {
  const opened = await site.open();
  const { page } = opened;
  const small = join(folder, "small.log");
  const put = (path: string, text: string) => {
    const file = openSync(path, "w");
    writeSync(file, text);
    closeSync(file);
  };
  put(small, "ada@example.com\n");
  await drop(page, "#lines-editor", small);
  await status(page, /^1 record, 1 redacted/);
  const policy = join(folder, "policy.yaml");
  put(policy, "detectors: {email: off}\n");
  await drop(page, "#policy-editor", policy);
  await status(page, /^1 record, 0 redacted/);
  const large = join(folder, "large.log");
  put(large, "");
  truncateSync(large, 210 * 1024 * 1024);
  await drop(page, "#lines-editor", large);
  assert.match(await status(page, /podsieve explain large\.log/), /reads up to 209\.7 MB/);
  clean(opened);
});

test("changes while a file is read begin anew", async () => {
  const opened = await site.open();
  const { page } = opened;
  await drop(page, "#lines-editor", log("third.log", 8 * MB));
  await page.locator("#file-progress").waitFor();
  await write(page, "policy", "detectors: {email: off}\n");
  await page.locator("#rules button").filter({ hasText: "email, kept" }).waitFor();
  await status(page, /^[\d,]+ records, [\d,]+ redacted\. [\d.]+ MB in/);
  assert.equal(
    await page
      .locator("#rules button")
      .filter({ hasText: /^email \d/ })
      .count(),
    0,
  );
  await page.locator("#routes button").filter({ hasText: "no route" }).click();
  await status(page, /shown\. [\d.]+ MB in/);
  clean(opened);
});
