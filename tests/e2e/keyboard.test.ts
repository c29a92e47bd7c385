import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { fakePageTests } from "./fake-page/open";

/** The whole job by keyboard alone, over a fake worker. */

const withPage = fakePageTests();

/** Name of the focused element. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    if (!element || element === document.body) return "";
    const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const words = label ? element.labels?.[0]?.textContent : element.textContent;
    return (element.getAttribute("aria-label") ?? words ?? "").trim();
  });

/** Presses Tab, or Shift and Tab, until the element of that name has the focus. */
async function tabTo(page: Page, name: RegExp, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press(key);
    if (name.test(await focused(page))) return;
  }
  throw new Error(`${key} does not lead to ${name}`);
}

/** Collects what the live region of the run says. */
function listen(): void {
  const said: string[] = [];
  Object.assign(globalThis, { said });
  new MutationObserver(() => {
    const text = document.querySelector('#run [aria-live="polite"][aria-atomic]')?.textContent ?? "";
    if (text !== "" && text !== said.at(-1)) said.push(text);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

it("opens, chooses a sample, trains, pauses, resumes, asks and exports by keyboard alone", async () => {
  await withPage({ firstVisit: true, query: "pace=100" }, async (page) => {
    const press = (key: string) => page.keyboard.press(key);
    const status = (words: string) => page.getByRole("status").filter({ hasText: words }).waitFor();
    const names = (name: RegExp) => expect.poll(() => focused(page)).toMatch(name);
    await page.evaluate(listen);
    await status("Ready to train.");

    await tabTo(page, /^Skip to the first step$/);
    await press("Enter");
    await tabTo(page, /^Know a shop/);
    await press("Enter");
    await page.getByRole("button", { name: "Use Know a shop" }).waitFor();
    await status("Ready to train.");
    await press("Control+k");
    await page.keyboard.type("max steps");
    await page.getByRole("listbox").getByRole("option").first().waitFor();
    await press("Enter");
    await names(/^Max steps$/);
    await press("Control+a");
    await page.keyboard.type("40");

    await tabTo(page, /^Train$/);
    await press("Enter");
    await names(/^Pause$/);
    await status("of 40");
    await press("Enter");
    await status("Paused.");
    await names(/^Resume$/);
    await press("Enter");
    await names(/^Pause$/);
    await status("Done.");
    await names(/^See what changed$/);
    const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
    expect(said.filter((text) => / %/.test(text)).length).toBeGreaterThanOrEqual(8);
    expect(said.length).toBeLessThanOrEqual(16);
    expect(said).toContain("Training has begun: 40 steps.");
    expect(said.at(-1)).toMatch(/^Done\. Step 40 of 40/);

    await tabTo(page, /^Read the chart: Loss$/);
    await press("ArrowLeft");
    const value = page.getByRole("slider", { name: "Read the chart: Loss" });
    await expect
      .poll(() => value.getAttribute("aria-valuetext"))
      .toMatch(/^step 39: training [\d.]+, smoothed/);

    await tabTo(page, /^See what changed$/, "Shift+Tab");
    await press("Enter");
    await page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
    await tabTo(page, /^Message$/, "Shift+Tab");
    await page.keyboard.type("What is a lantern?");
    await press("Enter");
    await page.getByText("What is a lantern?").first().waitFor();
    await page.locator('[aria-label="After"][aria-busy="false"]').last().waitFor();

    await press("Control+k");
    await page.keyboard.type("export");
    await press("Enter");
    await tabTo(page, /^Export adapter$/);
    const downloading = page.waitForEvent("download");
    await press("Enter");
    expect((await downloading).suggestedFilename()).toMatch(/\.zip$/);
  });
});
