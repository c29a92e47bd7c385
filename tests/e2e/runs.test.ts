import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, ready } from "./controls";
import { everyStepOpen } from "./open-steps";
import { sharedStudio } from "./shared-browser";

/** Two runs, compared and scored; a cancelled evaluation; everything is still there after a reload. */

const STEPS = 8;

/** Charts of the comparison, each with a line per run. */
const CHARTS = 5;

const scorecard = (page: Page): Locator => page.getByRole("region", { name: "Scorecard", exact: true });
const runRows = (page: Page): Locator =>
  page.getByRole("table", { name: "Runs", exact: true }).locator("tbody tr");

/** Trains the nth run to its end at a learning rate. */
async function train(page: Page, run: number, rate: string): Promise<void> {
  await page.getByLabel("Learning rate", { exact: true }).fill(rate);
  await ready(page);
  await button(page, "Train").click();
  const done = runRows(page).filter({ hasText: "done" });
  await done.nth(run - 1).waitFor({ timeout: 240_000 });
  await ready(page);
}

test("trains, compares and scores two runs, and keeps them across a reload", async () => {
  const studio = await sharedStudio();
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await ready(page);
  await page.getByLabel("Max minutes").fill("0");
  await page.getByLabel("Max steps").fill(String(STEPS));
  await train(page, 1, "0.0001");
  await train(page, 2, "0.01");
  expect(await runRows(page).count()).toBe(2);

  await button(page, "Compare runs").click();
  const dialog = page.getByRole("dialog", { name: "Compare runs" });
  await dialog.getByRole("img", { name: `Chart: Training loss. At step ${STEPS}` }).waitFor();
  for (const line of [/^Run 1$/gm, /^Run 2$/gm])
    await expect.poll(async () => (await dialog.innerText()).match(line)?.length).toBe(CHARTS);
  const rates = dialog.getByRole("row", { name: /^Learning rate/ });
  expect(await rates.getByRole("cell").allInnerTexts()).toEqual(["0.01", "1e-4"]);
  await button(page, "Close").last().click();

  await scorecard(page).getByText("What is scored").click();
  const rows = scorecard(page).getByLabel("Rows at most");
  await rows.fill("4");
  await button(page, "Score").click();
  const answers = scorecard(page).getByRole("table", { name: "Answers", exact: true });
  await answers.waitFor({ timeout: 240_000 });

  // A long evaluation ends as soon as it is cancelled, keeps the earlier scores, and leaves the GPU free.
  await rows.fill("200");
  await button(page, "Score").click();
  await button(page, "Cancel").waitFor();
  const cancelledAt = Date.now();
  await button(page, "Cancel").click();
  await expect.poll(() => button(page, "Score").isEnabled()).toBe(true);
  expect(Date.now() - cancelledAt).toBeLessThan(10_000);
  expect(await answers.locator("tbody tr").count()).toBe(4);
  await page.getByRole("textbox", { name: "Message" }).fill("What do snakes eat?");
  await button(page, "Send").click();
  await page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s").waitFor();

  await page.reload();
  await ready(page);
  await answers.waitFor();
  expect(await runRows(page).count()).toBe(2);
  await button(page, "Compare runs").click();
  await dialog.getByRole("button", { name: /^Perplexity/ }).click();
  const first = dialog.getByRole("table", { name: "Compare runs" }).locator("tbody tr").first();
  expect(await first.innerText()).toMatch(/^2 · /);
  await button(page, "Close").last().click();
  const right = page.getByRole("combobox", { name: "Right side", exact: true });
  const names = await right.getByRole("option").allInnerTexts();
  expect(names.filter((name) => /^LoRA/.test(name) && !/merged$/.test(name)).length).toBe(2);
  expect(errors).toEqual([]);
  await context.close();
});
