/** The built page in a real Chromium, and all that must not happen in it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
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
  /** Requests over the network, in order. */
  requests: string[];
  /** Script errors, errors on the console, violations of the Content-Security-Policy. */
  errors: string[];
}

export interface Playground {
  address: string;
  browser: Browser;
  sent: () => number;
  /** Opens the page, and waits until the first result is there. */
  open: (options?: BrowserContextOptions, fragment?: string) => Promise<Opened>;
  close: () => Promise<void>;
}

/** Starts the server and the browser. */
export async function playground(): Promise<Playground> {
  const { address, server, sent } = await serve(BASE);
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  return {
    address,
    browser,
    sent,
    open: async (options = {}, fragment = "") => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const opened: Opened = { page, requests: [], errors: [] };
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
      await page.goto(address + fragment);
      await page.locator("#records > li").first().waitFor();
      return opened;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Nothing went wrong in the page. */
export function clean(opened: Opened): void {
  assert.deepEqual(opened.errors, []);
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
export async function status(page: Page, fits: RegExp): Promise<string> {
  const line = page.locator("#status").filter({ hasText: fits });
  await line.waitFor();
  return (await line.textContent()) ?? "";
}
