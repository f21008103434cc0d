/** Files: dropped as people drop them, read in pieces, cancelled. */
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { clean, playground, podsieve, status, write, type Playground } from "./page";

/** Bytes that a page may hold more at most of 100 MB than of 25: keeping the file would cost 75 MB. */
const MEMORY = 60e6;
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

/** Bytes of memory that the browser's page held at most; other pages are closed. */
async function peak(): Promise<number> {
  const session = await site.browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      try {
        const status = readFileSync(`/proc/${id}/status`, "utf8");
        return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
      } catch {
        // It has just ended.
        return 0;
      }
    })
    .reduce((a, b) => Math.max(a, b), 0);
}

test("memory does not grow with the file", async (t) => {
  const peaks: number[] = [];
  for (const bytes of [25 * MB, 100 * MB]) {
    const opened = await site.open();
    await drop(opened.page, "#lines-editor", log(`${bytes}.log`, bytes));
    await status(opened.page, / in [\d.]+ s$/, 120_000);
    peaks.push(await peak());
    clean(opened);
    await opened.page.context().close();
  }
  const [small = NaN, large = NaN] = peaks;
  t.diagnostic(`${(small / MB).toFixed(0)} MB at most for 25 MB, ${(large / MB).toFixed(0)} MB for 100 MB`);
  assert.ok(large - small < MEMORY, `${((large - small) / MB).toFixed(0)} MB more`);
});

test("a file of 50 MB", async (t) => {
  const opened = await site.open();
  const { page } = opened;
  const path = log("0.log", 50 * MB);
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
  const told = await status(page, / in [\d.]+ s$/);
  t.diagnostic(`${(took / 1000).toFixed(1)} s; ${told}`);
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
  // What is said of how far it is.
  await page.evaluate(() => {
    const text = document.getElementById("file-text");
    const said: string[] = ((window as unknown as { said: string[] }).said = []);
    if (text)
      new MutationObserver(() => said.push(text.textContent)).observe(text, {
        childList: true,
        subtree: true,
      });
  });
  await drop(page, "#lines-editor", log("third.log", 40 * MB));
  await page
    .locator("#file-text")
    .filter({ hasText: /^[1-9][\d.]* MB of/ })
    .waitFor();
  await write(page, "policy", "detectors: {email: off}\n");
  await page.locator("#rules button").filter({ hasText: "email, kept" }).waitFor();
  await status(page, /^[\d,]+ records, [\d,]+ redacted\. [\d.]+ MB in/, 60_000);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  const anew = said.lastIndexOf(said.find((text) => text.startsWith("0 ")) ?? "");
  assert.ok(anew > 0 && said.slice(0, anew).every((text) => !/^[\d.]+ MB$/.test(text)), said.join("; "));
  assert.equal(
    await page
      .locator("#rules button")
      .filter({ hasText: /^email \d/ })
      .count(),
    0,
  );
  await page.locator("#routes button").filter({ hasText: "no route" }).click();
  await status(page, /shown\. [\d.]+ MB in/, 60_000);
  clean(opened);
});
