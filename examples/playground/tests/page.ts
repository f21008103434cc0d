/** The built page in a real Chromium, and all that must not happen in it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { afterEach } from "node:test";
import { fileURLToPath } from "node:url";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";
import { serve } from "./server";

/** A folder of a file server, as in a company: nothing is at its root. */
const BASE = "/tools/podsieve/";

function chromiumPath(): string {
  return (
    process.env.CHROMIUM ?? execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim()
  );
}

/** The page, and what it did. */
export interface Opened {
  page: Page;
  /** Requests over the network, in order, and how many of them there were when the first result was there. */
  requests: string[];
  loaded: number;
  /** Script errors, errors on the console, violations of the Content-Security-Policy. */
  errors: string[];
}

export interface Playground {
  address: string;
  browser: Browser;
  sent: () => number;
  /** What the server was asked for. */
  log: string[];
  /** Opens the page, and waits until the first result is there; `script` runs in it before its own. */
  open: (options?: BrowserContextOptions, fragment?: string, script?: () => void) => Promise<Opened>;
  close: () => Promise<void>;
}

const contexts = new Set<BrowserContext>();
afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts.clear();
});

/** Starts the server and the browser, with more arguments for it. */
export async function playground(...more: string[]): Promise<Playground> {
  const { address, server, sent, log } = await serve(BASE);
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: process.getuid?.() === 0 ? ["--no-sandbox", ...more] : more,
  });
  return {
    address,
    browser,
    sent,
    log,
    open: async (options = {}, fragment = "", script = () => undefined) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      contexts.add(context);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const opened: Opened = { page, requests: [], loaded: 0, errors: [] };
      context.on("request", (request) => {
        if (!/^(blob|data):/.test(request.url())) opened.requests.push(request.url());
      });
      page.on("pageerror", (error) => opened.errors.push(error.stack ?? error.message));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") opened.errors.push(message.text());
      });
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) =>
          console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI} ${event.sample}`),
        );
      });
      // tsx has each function named by this.
      await page.addInitScript("globalThis.__name = (named) => named");
      await page.addInitScript(script);
      await page.goto(address + fragment);
      await page.locator("#records > li").first().waitFor();
      opened.loaded = opened.requests.length;
      return opened;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Nothing went wrong in the page, and it asked for nothing but itself. */
export function clean({ page, requests, loaded, errors }: Opened): void {
  assert.deepEqual(errors, []);
  const folder = new URL(".", page.url()).href;
  assert.ok(loaded > 0 && requests.every((url) => url.startsWith(folder)), requests.join(" "));
  assert.deepEqual(requests.slice(loaded), []);
}

/** Takes the place of all text of an editor: "policy", "cases" or "lines". */
export async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`#${editor}-editor .cm-content`).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

/** The command `podsieve`: its output; throws with its exit code and all that it printed. */
export function podsieve(...args: string[]): string {
  const command = process.env.PODSIEVE ?? fileURLToPath(new URL("../../../dist/podsieve", import.meta.url));
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
}

/** What a click on a button saves: its name and bytes. */
export async function saved(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).and(page.locator(":visible")).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** What the status line says when it says something that fits. */
export async function status(page: Page, fits: RegExp, timeout?: number): Promise<string> {
  const line = page.locator("#status").filter({ hasText: fits });
  await line.waitFor({ timeout });
  return (await line.textContent()) ?? "";
}
