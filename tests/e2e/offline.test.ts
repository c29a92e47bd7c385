import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chromiumStart, servePage, type BuiltPage } from "./serve-studio";

/** The built studio after one visit: newer versions, and no network. */

const PATIENT = { timeout: 120_000 };

let site: BuiltPage;
let browser: Browser;
beforeAll(async () => {
  site = await servePage("offline");
  browser = await chromium.launch(await chromiumStart());
});
afterAll(() => browser.close());

const trainButton = (page: Page) => page.getByRole("button", { name: "Train", exact: true });

/** Waits until the studio is ready to train and its service worker has taken over. */
async function settle(page: Page): Promise<void> {
  await expect.poll(() => trainButton(page).isEnabled(), PATIENT).toBe(true);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  });
}

/**
 * Trains what the first visit offers until the sample answer in sight has changed, then stops.
 *
 * @returns milliseconds from the opening
 */
async function clicksToChange(page: Page): Promise<number> {
  await trainButton(page).click();
  await page
    .getByText(/^After step \d+/)
    .nth(1)
    .waitFor(PATIENT);
  const waited = await page.evaluate(() => performance.now());
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "Stopped." }).waitFor(PATIENT);
  return waited;
}

/** The versions whose files are kept, oldest first. */
const versions = async (page: Page): Promise<string[]> =>
  (await page.evaluate(() => caches.keys())).map((name) => name.split(" ").at(-1) ?? "");

/** Publishes another version, and returns it. */
function publishVersion(): string {
  const script = join(site.folder, "service-worker.js");
  const next = "f".repeat(16);
  writeFileSync(script, readFileSync(script, "utf8").replace(/(VERSION = ")[0-9a-f]+/, `$1${next}`));
  return next;
}

it("changes to a newer version when asked, and trains and answers without a network", async () => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(site.address);
  await settle(page);
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const response = await fetch(link?.href ?? "");
    return (await response.json()) as { file_handlers: { accept: object }[] };
  });
  expect(Object.values(manifest.file_handlers[0]?.accept ?? {}).flat()).toEqual([".jsonl", ".gguf", ".zip"]);

  const waited = await clicksToChange(page);
  console.log(
    `one click and ${(waited / 1000).toFixed(0)} s from the opening to the first answer that changes`,
  );
  expect(waited).toBeLessThan(60_000);
  const before = await versions(page);
  const next = publishVersion();
  await page.evaluate(() => {
    Object.assign(globalThis, { stayed: true });
    return navigator.serviceWorker.getRegistration().then((registration) => registration?.update());
  });
  const change = page.getByRole("button", { name: "Change to it" });
  await change.waitFor(PATIENT);
  expect(await page.evaluate(() => "stayed" in globalThis)).toBe(true);
  await change.click();
  await page.waitForFunction(() => !("stayed" in globalThis), null, PATIENT);
  await settle(page);
  expect(await versions(page)).toEqual([...before, next]);

  await context.setOffline(true);
  await site.close();
  await page.reload();
  await expect.poll(() => trainButton(page).isEnabled(), PATIENT).toBe(true);
  await page.getByRole("link", { name: /^Data/ }).click();
  await page.getByRole("button", { name: /^Know a shop/ }).click();
  await page.getByRole("button", { name: "Use Know a shop" }).waitFor();
  await page.getByRole("link", { name: /^Train/ }).click();
  await page.getByRole("textbox", { name: "Max steps" }).fill("2");
  await trainButton(page).click();
  await page.getByRole("button", { name: "See what changed" }).click(PATIENT);
  await page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s").waitFor(PATIENT);
  const licences = await context.newPage();
  await licences.goto(new URL("licenses.txt", site.address).href);
  expect(await licences.locator("body").innerText()).toContain("Apache License");
  await licences.close();
  await page.getByRole("combobox", { name: "Language" }).selectOption("简体中文");
  await page.getByRole("heading", { name: "数据", exact: true }).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});
