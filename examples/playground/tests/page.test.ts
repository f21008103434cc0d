/** The page as people use it: typing, filters, explanations, errors, keyboard, looks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { clean, playground, podsieve, saved, status, write, type Playground } from "./page";

/** Bytes of all that is sent. */
const TRANSFER = 700_000;
/** Milliseconds until the first result. */
const FIRST = 1000;
/**
 * Milliseconds after each key: what podsieve and the page do, which the status line says; and from the key to the frame
 * with the result, of which the browser takes the rest for the editor, style, layout and two frames, drawn without a GPU.
 */
const SCREENFUL = 16;
const FRAME = 40;
/** How many times slower this machine may be, for it does other things too; 1 is strict. Bytes have no margin. */
const MARGIN = Number(process.env.PLAYGROUND_MARGIN ?? 3);
/** Keys that are measured in one editor. */
const KEYS = 25;

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site: Playground;
before(async () => {
  site = await playground();
});
after(() => site.close());

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

interface Measured {
  figures: number[];
}

/** The middle one of some figures. */
const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? NaN;

/** Milliseconds for each key: of work, and until the frame with the result. */
async function keys(page: Page, editor: string): Promise<{ work: number[]; frame: number[] }> {
  await page.locator(`#${editor}-editor .cm-content`).click();
  await page.keyboard.press("Control+End");
  await page.waitForTimeout(300);
  await page.evaluate(() => ((window as unknown as Measured).figures = []));
  const work: number[] = [];
  for (let i = 1; i <= KEYS; i++) {
    await page.keyboard.press("x");
    await page.waitForFunction((n) => (window as unknown as Measured).figures.length === n, i, {
      polling: 30,
    });
    work.push(Number(/([0-9.]+) ms/.exec(await status(page, / ms/))?.[1]));
  }
  return { work, frame: await page.evaluate(() => (window as unknown as Measured).figures) };
}

/** From the event of a key to what comes behind the frame that shows the worker's next answer. */
function measure(): void {
  const measured = window as unknown as Measured;
  measured.figures = [];
  let pressed: number | null = null;
  addEventListener("keydown", ({ timeStamp }) => (pressed = timeStamp), true);
  const answered = () => {
    const from = pressed;
    if (from === null) return;
    pressed = null;
    // Style, layout and paint are done when the task after the frame begins.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => measured.figures.push(performance.now() - from);
      port2.postMessage(null);
    });
  };
  window.Worker = class extends Worker {
    constructor(...of: ConstructorParameters<typeof Worker>) {
      super(...of);
      this.addEventListener("message", answered);
    }
  };
}

test("it is small, and soon there", async (t) => {
  const before = site.sent();
  const opened = await site.open();
  const first = await opened.page.evaluate(() => performance.now());
  const sent = site.sent() - before;
  t.diagnostic(
    `${sent} bytes sent of ${TRANSFER}; first result after ${first.toFixed(0)} ms, ${FIRST} times ${MARGIN} are allowed`,
  );
  assert.ok(first < FIRST * MARGIN, `${first} ms`);
  assert.ok(sent < TRANSFER, `${sent} bytes`);
  clean(opened);
});

test("it loads from its own origin, and asks for nothing afterwards", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "lines", "password=Harbor-3OgXVb2FGJ");
  await status(page, /^1 record, 1 redacted/);
  await page.getByRole("button", { name: "Share link" }).click();
  await page.locator("#policy-notes input").waitFor();
  await saved(page, "Download module for Fluent Bit");
  clean(opened);

  // It could not if it wanted to.
  const before = site.log.length;
  await page.evaluate(async () => {
    const image = new Promise((resolve) => {
      const made = new Image();
      made.onload = made.onerror = resolve;
      made.src = "x.png?leak";
    });
    await Promise.allSettled([image, fetch("x.json?leak")]);
    // What it answers is not what it does.
    navigator.sendBeacon("beacon?leak", "x");
    for (const [name, attribute] of [
      ["iframe", "src"],
      ["audio", "src"],
      ["object", "data"],
      ["embed", "src"],
    ] as const) {
      const made = document.createElement(name);
      made.setAttribute(attribute, `${name}?leak`);
      document.body.append(made);
    }
  });
  // As long as a request takes that is allowed, and more.
  await site.open();
  await page.waitForTimeout(500);
  assert.deepEqual(
    site.log.slice(before).filter((url) => url.includes("leak")),
    [],
  );
  for (const directive of ["connect-src", "img-src", "frame-src", "media-src", "object-src"])
    assert.ok(
      opened.errors.some((error) => error.startsWith(`CSP: ${directive}`)),
      `${directive}: ${opened.errors.join("\n")}`,
    );
});

test("a screenful follows each key", async (t) => {
  // A frame comes as soon as it is wanted: what is judged is the work, and not the clock of a screen.
  const fast = await playground("--disable-frame-rate-limit", "--disable-gpu-vsync");
  try {
    const opened = await fast.open({}, "", measure);
    const { page } = opened;
    for (const editor of ["lines", "policy"]) {
      if (editor === "policy") await write(page, "policy", `${podsieve("policy")}\n# `);
      await status(page, /^1[12] records/);
      const { work, frame } = await keys(page, editor);
      t.diagnostic(
        `${editor}, the middle of ${KEYS} keys: ${median(work).toFixed(1)} ms of work, ${SCREENFUL} times ${MARGIN} are allowed; ${median(frame).toFixed(1)} ms until the frame, ${FRAME} times ${MARGIN} are`,
      );
      assert.ok(median(work) < SCREENFUL * MARGIN, `${editor}: ${median(work)} ms of work`);
      assert.ok(median(frame) < FRAME * MARGIN, `${editor}: ${median(frame)} ms until the frame`);
    }
    clean(opened);
  } finally {
    await fast.close();
  }
});

test("the result follows what one types", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "lines", "charged card 4197 5223 8786 5817 of jane@example.com");
  await status(page, /^1 record, 1 redacted/);
  const record = page.locator("#records > li");
  assert.deepEqual(await record.locator(".before mark").allTextContents(), [
    "4197 5223 8786 5817",
    "jane@example.com",
  ]);
  assert.equal(
    await record.locator(".after .value").first().textContent(),
    '"charged card [REDACTED:card] of [REDACTED:email]"',
  );

  await write(page, "policy", "detectors: {email: off, card: mask}\n");
  await page
    .locator("#records .before mark")
    .filter({ hasText: "jane" })
    .and(page.locator(".kept"))
    .waitFor();
  assert.equal(await record.locator(".after mark.mask").textContent(), "**** **** **** 5817");

  await page.selectOption("#function", "parse");
  await status(page, /^1 record, 0 redacted/);
  await page.selectOption("#function", "pipeline");
  await page.selectOption("#sample", "0");
  await status(page, /^11 records/);
  clean(opened);
});

test("mistakes of a policy are shown where they are", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "policy", "version: 1\ndetectors:\n  # what this is about\n  emial: off\n");
  await status(page, /^The policy has 1 mistake/);
  const mistakes = page.getByRole("list", { name: "Mistakes in the policy" });
  assert.match((await mistakes.textContent()) ?? "", /^Line 4, column 3: /);
  const marked = page.locator("#policy-editor .cm-lintRange-error");
  assert.equal(await marked.textContent(), "emial");
  await mistakes.getByRole("button").click();
  for (let i = 0; i < 4; i++) await page.keyboard.press("Delete");
  await page.keyboard.insertText("emai");
  await status(page, /^\d+ records/);
  await write(page, "policy", "rules:\n- name: a\n  regex: '('\n");
  await page.locator("#policy-wrongs").filter({ hasText: "Line 2" }).waitFor();
  clean(opened);
});

test("completion offers what fits, and hovering explains", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "policy", "detectors:\n  ipv4: off\n  ");
  await page.keyboard.type("ema");
  await page.locator("#policy-editor .cm-tooltip-autocomplete").filter({ hasText: "email" }).waitFor();
  // A completion that has just opened does not take keys yet.
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await page.keyboard.type("of");
  await page.locator("#policy-editor .cm-tooltip-autocomplete").filter({ hasText: "off" }).waitFor();
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#policy-editor .cm-content").innerText(), /email: off\n?$/);
  await page.locator("#policy-editor .cm-content").getByText("ipv4").hover();
  await page.locator("#policy-editor .about").filter({ hasText: "off by default" }).waitFor();
  clean(opened);
});

test("counts filter, and a second click takes it back", async () => {
  const opened = await site.open();
  const { page } = opened;
  const all = await page.locator("#records > li").count();
  const ssn = page.locator("#rules button").filter({ hasText: "ssn" });
  await ssn.click();
  await status(page, /, 1 shown/);
  assert.equal(await page.locator("#records > li").count(), 1);
  assert.equal(await ssn.getAttribute("aria-pressed"), "true");
  await page.locator("#routes button").filter({ hasText: "no route" }).click();
  await status(page, /, 0 shown/);
  await page.getByRole("button", { name: "Show all records" }).click();
  await page.waitForFunction((n) => document.querySelectorAll("#records > li").length === n, all);
  assert.equal(await ssn.getAttribute("aria-pressed"), "false");
  await page.locator("#fields button").filter({ hasText: "raw_event" }).click();
  await status(page, /, \d shown/);
  clean(opened);
});

test("a mark says why, and leads to the policy", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(
    page,
    "policy",
    "allow:\n  - rule: email\n    values: [support@example.com]\ndetectors:\n  card: keep\n",
  );
  await write(page, "lines", "mail support@example.com, card 4197 5223 8786 5817, ada@example.com");
  await status(page, /^1 record, 1 redacted/);
  const marks = page.locator("#records .before mark");
  const why = page.locator("#why");

  await marks.nth(0).hover();
  await why.filter({ hasText: "allow" }).waitFor();
  assert.match((await marks.nth(0).getAttribute("class")) ?? "", /kept/);
  await why.getByRole("button", { name: /line 2/ }).click();
  assert.ok(
    await page.locator("#policy-editor .cm-activeLine").filter({ hasText: "rule: email" }).isVisible(),
  );

  await marks.nth(1).hover();
  await why.filter({ hasText: "luhn" }).waitFor();
  await marks.nth(2).hover();
  await why.filter({ hasText: "email redacted" }).waitFor();
  await page.mouse.move(0, 0);
  await why.waitFor({ state: "hidden" });
  clean(opened);
});

test("all of it with the keyboard alone", async () => {
  const opened = await site.open();
  const { page } = opened;
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      const inside = at?.shadowRoot?.activeElement ?? at;
      return inside?.getAttribute("aria-label") ?? inside?.textContent.trim() ?? "";
    });
  const reach = async (name: RegExp) => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    assert.fail(`Tab does not reach ${name}`);
  };
  await reach(/^To the result/);
  await reach(/^Policy$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^Cases/);
  assert.ok(await page.locator("#cases-editor").isVisible());
  await page.keyboard.press("ArrowLeft");
  await reach(/^Policy, in YAML$/);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("detectors: {");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await reach(/^Log lines$/);
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("ada@example.com and TKT-000123");
  await status(page, /1 record/);
  // The last word, with Shift and arrows: a case.
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Alt+k");
  await page.locator("#case-list .passed").waitFor();
  assert.match(await page.locator("#cases-editor .cm-content").innerText(), /keep: \["TKT-000123"\]/);
  // A mark: focus explains, Enter goes on to what can be done, Escape comes back.
  await reach(/^ada@example\.com$/);
  await page.locator("#why:popover-open").waitFor();
  await page.keyboard.press("Enter");
  assert.match(await focused(), /line|Must/);
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "ada@example.com");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 3 && !(await focused()).startsWith("Must redact"); i++)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#case-list li").nth(1).waitFor();
  clean(opened);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`nothing serious to axe-core, ${colorScheme}`, async () => {
    const opened = await site.open({ colorScheme });
    const { page } = opened;
    await write(page, "policy", "emial: off\ndetectors: {card: keep, ssn: mask}\n");
    await page.locator("#policy-wrongs button").waitFor();
    assert.deepEqual(await serious(page), []);
    await write(page, "policy", "detectors: {card: keep, ssn: mask}\n");
    await page.locator("#rules button").filter({ hasText: "card, kept" }).waitFor();
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(Number(/\d+/.exec(back)?.[0]) > 128, colorScheme === "light", back);
    await page.locator("mark").first().focus();
    assert.deepEqual(await serious(page), []);
    await page.getByRole("tab", { name: "Cases" }).click();
    await write(page, "cases", "- line: a\n  redact: [a]\n- line: b\n  keep: all\n");
    await page.locator("#case-list .failed").waitFor();
    assert.deepEqual(await serious(page), []);
    // The buttons at a selection, several pages, and a file.
    await write(page, "lines", "one ada@example.com\n".repeat(201));
    await page.locator("#pages button").first().waitFor();
    await page
      .locator("#records .before")
      .first()
      .dblclick({ position: { x: 15, y: 10 } });
    await page.locator("#marker:popover-open").waitFor();
    assert.deepEqual(await serious(page), []);
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.locator("#lines-open").click(),
    ]);
    const buffer = Buffer.from("two ada@example.com\n".repeat(60_000));
    await chooser.setFiles({ name: "0.log", mimeType: "text/plain", buffer });
    await page.locator("#file-name").filter({ hasText: "0.log" }).waitFor();
    assert.deepEqual(await serious(page), []);
    clean(opened);
  });
}

test("360 pixels are enough", async () => {
  const opened = await site.open({ viewport: { width: 360, height: 740 } });
  const { page } = opened;
  for (const sample of ["0", "1", "2", "3", "4", "5"]) {
    await page.selectOption("#sample", sample);
    await page.waitForTimeout(300);
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      ...[...document.querySelectorAll("#records > li")].map((each) => each.scrollWidth),
    ]);
    assert.ok(Math.max(...widths) <= 360, `sample ${sample}: ${widths.join(" ")}`);
  }
  const sides = await page.locator("#records > li").first().locator(".before, .after").all();
  const [left, right] = await Promise.all(sides.map((side) => side.boundingBox()));
  assert.ok(left && right && right.y >= left.y + left.height, "before and after are not one above the other");
  assert.deepEqual(await serious(page), []);
  clean(opened);
});

test("a link holds the policy and not the lines", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "policy", "# shared\ndetectors: {email: off}\n");
  await write(page, "lines", "jane@example.com SECRET-LINE");
  await page.getByRole("button", { name: "Share link" }).click();
  const link = await page.getByLabel("Link to this policy").inputValue();
  assert.ok(link.startsWith(`${site.address}#policy=`), link);
  assert.equal(page.url(), link);
  const other = await site.open({}, new URL(link).hash);
  assert.equal(
    (await other.page.locator("#policy-editor .cm-content").innerText()).trim(),
    "# shared\ndetectors: {email: off}",
  );
  assert.ok(!(await other.page.locator("#lines-editor .cm-content").innerText()).includes("SECRET-LINE"));
  const damaged = await site.open({}, new URL(link).hash.slice(0, -7));
  await damaged.page.locator("#policy-notes").filter({ hasText: "damaged" }).waitFor();
  for (const each of [opened, other, damaged]) clean(each);
});

test("a worker that dies is replaced", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "policy", "detectors: {email: off}\n");
  await write(page, "lines", "one ada@example.com");
  await status(page, /^1 record, 0 redacted/);
  for (let i = 0; i < 2; i++) {
    const worker = page.workers().at(-1);
    assert.ok(worker);
    const gone = new Promise((resolve) => worker.once("close", resolve));
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("for a test");
      });
    });
    await gone;
    // The new one follows the same policy.
    await write(page, "lines", "two ada@example.com and 4197 5223 8786 5817".repeat(i + 1));
    await status(page, /^1 record, 1 redacted/);
    await page.locator("#rules button").filter({ hasText: "email, kept" }).waitFor();
  }
  clean(opened);
});

test("nothing is stored", async () => {
  const opened = await site.open();
  const { page } = opened;
  await write(page, "lines", "jane@example.com");
  await status(page, /^1 record/);
  const stored = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    document.cookie,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ]);
  assert.deepEqual(stored, [0, 0, "", 0, 0]);
  clean(opened);
});

test("the screenshot of the READMEs", { skip: process.env.UPDATE_SCREENSHOT !== "1" }, async () => {
  const opened = await site.open({
    viewport: { width: 1280, height: 1000 },
    deviceScaleFactor: 1,
    colorScheme: "light",
  });
  const { page } = opened;
  await page.selectOption("#sample", "5");
  await write(
    page,
    "policy",
    `version: 1

detectors:
  secrets: on
  card: {mask: {last: 4}}

rules:
  - name: ticket
    regex: '\\b[0-9]{10}\\b'
    keywords: [ticket]

allow:
  - rule: email
    patterns: ['.*@example\\.com']
`,
  );
  await page.locator("#rules button").filter({ hasText: "email, kept" }).waitFor();
  await page.locator("#records .before mark").nth(1).hover();
  await page.locator("#why:popover-open").waitFor();
  await page.screenshot({ path: fileURLToPath(new URL("../screenshot.png", import.meta.url)) });
  clean(opened);
});
