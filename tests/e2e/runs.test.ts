import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { button } from "./fake-page/open";
import { serveStudio, type ServedStudio } from "./serve-studio";

/** Two runs with the built-in model: overlaid, scored, chosen, extended, and all there after a reload. */

let studio: ServedStudio | null = null;
beforeAll(async () => {
  studio = await serveStudio();
});
afterAll(() => studio?.close());

const LONG = { timeout: 400_000 };
const RATES = ["5e-3", "1e-4"] as const;

async function ready(page: Page): Promise<void> {
  await button(page, "Train").waitFor(LONG);
  await expect.poll(() => button(page, "Train").isEnabled(), LONG).toBe(true);
}

async function train(page: Page, rate: string): Promise<void> {
  await button(page, "Quick look").click();
  await page.getByLabel("Max minutes").fill("0");
  await page.getByLabel("Max steps").fill("12");
  await page.getByLabel("Learning rate").fill(rate);
  await ready(page);
  await button(page, "Train").click();
  await page.getByRole("status").filter({ hasText: "Done. Step 12 of 12" }).waitFor(LONG);
  await ready(page);
}

test("runs are kept, compared, scored, chosen and extended", async () => {
  if (!studio) throw new Error("the studio is not served");
  const page = await (await studio.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await ready(page);
  for (const rate of RATES) await train(page, rate);

  const runs = page.getByRole("region", { name: "Runs", exact: true });
  const row = (number: number) => runs.getByRole("row").filter({ hasText: `${number} · LoRA` });
  await row(2).getByText("done").waitFor();
  await button(page, "Compare runs").click();
  const dialog = page.getByRole("dialog", { name: "Compare runs" });
  await dialog.getByRole("img", { name: "Chart: Training loss. At step 12" }).waitFor();
  const differing = dialog.getByRole("row").filter({ hasText: "Learning rate" });
  for (const rate of RATES) await differing.getByText(rate, { exact: true }).waitFor();
  // Sorted by the validation loss, the faster rate is first.
  await dialog.getByRole("columnheader", { name: "Validation", exact: true }).getByRole("button").click();
  expect(await dialog.getByRole("row").nth(1).innerText()).toContain("1 · LoRA");
  await button(page, "Close").click();

  // The second run, which hardly learned, is scored; then scoring is cancelled, and the GPU is free at once.
  const card = page.getByRole("region", { name: "Scorecard", exact: true });
  await card.getByText("What is scored").click();
  await card.getByLabel("Rows at most").fill("3");
  await button(page, "Score").click();
  await card.getByRole("table", { name: "Answers", exact: true }).waitFor(LONG);
  await card.getByLabel("Rows at most").fill("200");
  await button(page, "Score again").click();
  await button(page, "Cancel").click();
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 20_000 }).toBe(true);

  // The better one is chosen, and goes on from its very end.
  await button(page, "Details of run 1").click();
  await runs.getByRole("button", { name: "Show its curves" }).click();
  await button(page, "Train 20 more steps").click();
  await page.getByRole("status").filter({ hasText: "Done. Step 32 of 32" }).waitFor(LONG);
  await ready(page);

  await page.reload();
  await ready(page);
  await row(1).getByText("done").waitFor();
  await row(2).getByText("done").waitFor();
  await button(page, "Compare runs").click();
  await dialog.getByRole("img", { name: "Chart: Training loss. At step 32" }).waitFor();
  expect(errors).toEqual([]);
});
