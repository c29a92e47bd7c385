import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, ready } from "./controls";
import { everyStepOpen } from "./open-steps";
import { sharedStudio } from "./shared-browser";

/** Learning which answer is better, from a dropped file to an adapter. */

const STEPS = 12;

const words = ["lantern", "violin", "river", "bread", "ladder", "garden", "window", "candle"];
const pairs = words.flatMap((word) =>
  [`What is a ${word}?`, `Tell me about a ${word}.`].map((prompt) => ({
    prompt,
    chosen: `A ${word}.`,
    rejected: `Well, there is so much to say, and one hardly knows where to begin with the ${word}.`,
  })),
);
const labelled = pairs.flatMap(({ prompt, chosen, rejected }) => [
  { prompt, completion: chosen, label: true },
  { prompt, completion: rejected, label: false },
]);

async function drop(page: Page, name: string, rows: readonly object[]): Promise<void> {
  const buffer = Buffer.from(JSON.stringify(rows));
  await page.getByLabel("Dataset file").setInputFiles({ name, mimeType: "application/json", buffer });
  await page.getByText(name).first().waitFor({ timeout: 120_000 });
}

/** Trains to the end, and returns the preference accuracy in the status, in percent. */
async function train(page: Page): Promise<number> {
  await ready(page);
  await button(page, "Train").click();
  const done = page.getByRole("status").filter({ hasText: /Done\..*preference accuracy/ });
  await done.waitFor({ timeout: 240_000 });
  return Number(/preference accuracy ([\d.]+)/.exec(await done.innerText())?.[1]);
}

test("learns a preference file with DPO and labelled answers with KTO", async () => {
  const studio = await sharedStudio();
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await ready(page);
  await drop(page, "pairs.json", pairs);

  const goals = page.getByRole("radiogroup", { name: "What should it learn?" });
  await expect.poll(() => goals.getByLabel("Which answer is better").isChecked()).toBe(true);
  expect(await page.locator("#method").innerText()).toContain("pairs of a chosen and a rejected answer");
  const objective = page.getByRole("combobox", { name: "Objective" });
  const fields: Record<string, readonly string[]> = {
    orpo: ["Lambda"],
    simpo: ["Beta", "Gamma", "Label smoothing"],
    cpo: ["Beta", "Label smoothing"],
    ipo: ["Beta"],
    kto: ["Beta"],
    dpo: ["Beta"],
  };
  for (const [id, labels] of Object.entries(fields)) {
    await objective.selectOption(id);
    for (const label of ["Beta", "Lambda", "Gamma", "Label smoothing"])
      expect(
        await page.locator("#method").getByLabel(label, { exact: true }).count(),
        `${id}: ${label}`,
      ).toBe(labels.includes(label) ? 1 : 0);
  }

  await page.getByLabel("Max steps").fill(String(STEPS));
  await page.getByLabel("Batch size").fill("4");
  // Before the first step policy and reference are one, so that half of the pairs count as right.
  expect(await train(page)).toBeGreaterThanOrEqual(75);
  for (const chart of ["Rewards of the answers", "Preference accuracy"])
    expect(await page.getByRole("img", { name: new RegExp(`^Chart: ${chart}`) }).count(), chart).toBe(1);
  const log = await page.getByRole("region", { name: "Log", exact: true }).innerText();
  expect(log).toMatch(/Computed for 16 of 16 pairs/);
  expect(log).toMatch(/validation loss 0\.693.*accuracy 0\.500/);

  await page.getByRole("textbox", { name: "Message" }).fill("What is a lantern?");
  await button(page, "Send").click();
  await page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s").waitFor();
  await page.locator('[aria-label="After"][aria-busy="false"]').waitFor({ timeout: 120_000 });
  const downloading = page.waitForEvent("download");
  await button(page, "Export adapter").click();
  const files = unzipSync(await readFile(await (await downloading).path()));
  const card = new TextDecoder().decode(files["README.md"]);
  expect(card).toContain("| Objective | DPO |");
  expect(card).toContain("| `beta` | 0.1 |");

  await drop(page, "labelled.json", labelled);
  await expect.poll(() => objective.inputValue()).toBe("kto");
  expect(await train(page)).toBeGreaterThan(50);
  expect(errors).toEqual([]);
  await context.close();
});
