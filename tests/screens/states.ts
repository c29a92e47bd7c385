import type { Page } from "playwright-core";

/** A state of the page to photograph. */
export interface ScreenState {
  readonly name: string;
  /** Query of the page with the fake client; `paceMs` is the pace of its runs. */
  readonly query: string;
  /** Whether every step is open. */
  readonly open?: boolean;
  /** Brings the page into the state. Buttons are found by role and order, since names depend on the language. */
  readonly reach?: (page: Page) => Promise<void>;
}

const mainButton = (page: Page) => page.locator("#run button").first();

async function train(page: Page): Promise<void> {
  await mainButton(page).click();
}

/** Waits for the run's end, after which the primary button leads on. */
async function trainToEnd(page: Page): Promise<void> {
  await train(page);
  await page.locator('#train[data-state="done"]').waitFor();
}

export const states: readonly ScreenState[] = [
  { name: "first", query: "pace=4" },
  { name: "open", query: "pace=4", open: true },
  {
    name: "training",
    query: "pace=300",
    async reach(page) {
      await train(page);
      await page.waitForTimeout(3000);
    },
  },
  {
    name: "paused",
    query: "pace=200",
    async reach(page) {
      await train(page);
      await page.waitForTimeout(2000);
      await mainButton(page).click();
      await page.waitForTimeout(500);
    },
  },
  { name: "done", query: "pace=4", reach: trainToEnd },
  {
    name: "asked",
    query: "pace=4",
    async reach(page) {
      await trainToEnd(page);
      await mainButton(page).click();
      await page.locator("#compare [aria-busy=false]").nth(1).waitFor();
    },
  },
  {
    name: "failed",
    query: "pace=4&failing",
    async reach(page) {
      await train(page);
      await page.locator("#run [role=alert]").waitFor({ state: "attached" });
    },
  },
  { name: "cut-off", query: "pace=4&interrupted" },
  { name: "no-gpu", query: "pace=4&gpu=off" },
  { name: "empty", query: "pace=4&models=none" },
  { name: "runs", query: "pace=4&runs=5" },
  {
    name: "refused",
    query: "pace=4",
    async reach(page) {
      await page.locator('nav a[href="#data"]').click();
      await page
        .locator('#data input[type="file"]')
        .first()
        .setInputFiles({
          name: "broken.json",
          mimeType: "application/json",
          buffer: Buffer.from("{"),
        });
      await page.locator("#data [role=alert]").waitFor();
    },
  },
];
