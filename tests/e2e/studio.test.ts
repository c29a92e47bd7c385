import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { watchViolations } from "./serve-studio";
import { sharedStudio } from "./shared-browser";
import { button, ready } from "./controls";
import { everyStepOpen } from "./open-steps";

/** The whole workflow in a browser with the built-in model: drop, train, compare, export, reload, import. */

const STEPS = 30;
const QUESTION = "What do snakes eat?";

const status = (page: Page): Locator => page.getByRole("status");

/** Pirate rows, and one that is invalid. */
async function pirateFile(): Promise<Buffer> {
  const rows = JSON.parse(await readFile(join("public/datasets", "pirate.json"), "utf8")) as unknown[];
  return Buffer.from(JSON.stringify([...rows, { instruction: "no answer" }]));
}

async function ask(
  page: Page,
  [left, right]: [string, string] = ["Before", "After"],
): Promise<{ before: string; after: string }> {
  await page.getByRole("textbox", { name: "Message" }).fill(QUESTION);
  await button(page, "Send").click();
  const region = (name: string): Locator => page.getByRole("region", { name, exact: true });
  await region(right).getByText("tokens/s").waitFor({ timeout: 120_000 });
  await page.locator(`[aria-label="${right}"][aria-busy="false"]`).waitFor();
  return { before: await region(left).innerText(), after: await region(right).innerText() };
}

interface ScoredRow {
  readonly answers: readonly { readonly answer: string; readonly scores: Readonly<Record<string, number>> }[];
}

/** Scores both sides on some rows; returns the downloaded file. */
async function scoreRows(page: Page, rows: number): Promise<ScoredRow[]> {
  const card = page.getByRole("region", { name: "Scorecard", exact: true });
  await card.getByText("What is scored").click();
  await card.getByLabel("Rows at most").fill(String(rows));
  await button(page, "Score").click();
  const table = card.getByRole("table", { name: "Answers", exact: true });
  await table.waitFor({ timeout: 240_000 });
  expect(await table.getByRole("row").count()).toBe(rows + 1);
  const loss = card.getByRole("row", { name: /^Loss/ });
  const [before = NaN, after = NaN] = (await loss.getByRole("cell").allInnerTexts()).map(Number);
  expect(after).toBeLessThan(before);
  const downloading = page.waitForEvent("download");
  await button(page, "Save as JSONL").click();
  const lines = (await readFile(await (await downloading).path(), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as ScoredRow);
}

/** The line of an answer in the pirate's voice. */
const sentence = (answer: string): string | undefined =>
  answer.split("\n").find((line) => line.includes("Arr!"));

/** Available voices: the base model, and each adapter, plain and merged. */
const voices = (...names: string[]): string[] => [
  "The base model",
  ...names.flatMap((name) => [name, `${name}, merged`]),
];

test("a first-time user's whole workflow", async () => {
  const studio = await sharedStudio();
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const violations = watchViolations(page);
  const origins = new Set<string>();
  context.on("request", (request) => origins.add(new URL(request.url()).origin));
  await page.goto(studio.address);
  await ready(page);

  await page.getByLabel("Dataset file").setInputFiles({
    name: "pirates.json",
    mimeType: "application/json",
    buffer: await pirateFile(),
  });
  await page.getByText("pirates.json").first().waitFor({ timeout: 120_000 });
  await page.getByText("1 row was left out").waitFor();

  await button(page, "Quick look").click();
  await page.getByLabel("Max minutes").fill("0");
  await page.getByLabel("Max steps").fill(String(STEPS));
  await page.getByLabel("Sample every").fill(String(STEPS / 2));
  await ready(page);
  await button(page, "Train").click();
  await status(page)
    .filter({ hasText: /Step ([2-9]|\d\d) of/ })
    .waitFor({ timeout: 240_000 });
  await button(page, "Pause").click();
  await button(page, "Resume").click();
  await button(page, "Pause").click();
  await status(page).filter({ hasText: "Paused." }).waitFor({ timeout: 120_000 });
  await page.reload();
  await ready(page);
  await button(page, "Resume").click();
  await status(page).filter({ hasText: "Done." }).waitFor({ timeout: 400_000 });
  expect(await status(page).innerText()).toContain(`Step ${STEPS} of ${STEPS}`);

  const samples = page.getByRole("region", { name: "Answers on the way" });
  expect(await samples.getByText(`After step ${STEPS}`).count()).toBe(1);
  expect(await samples.locator("dd").first().innerText()).toContain("Arr!");

  const trained = await ask(page);
  expect(trained.before).not.toContain("Arr!");
  expect(trained.after).toContain("Arr!");

  // The merged model gives the same answers in onnxruntime-web as in the engine.
  await page.getByLabel("Weights of ONNX").selectOption("F32");
  await button(page, "Try ONNX here").click();
  const difference = await page
    .getByText(/The engine chose the same \d+ tokens\. Largest difference of a logit: [\d.]+ %/)
    .textContent({ timeout: 120_000 });
  expect(Number(/logit: ([\d.]+) %/.exec(difference ?? "")?.[1])).toBeLessThan(0.01);
  const scored = await scoreRows(page, 6);
  expect(scored.map(({ answers }) => answers.length)).toEqual(Array.from({ length: 6 }, () => 2));
  expect(scored.some(({ answers }) => answers[1]?.answer.includes("Arr!"))).toBe(true);
  expect(scored.every(({ answers }) => !answers[0]?.answer.includes("Arr!"))).toBe(true);

  await page.getByLabel("With the optimizer's state").check();
  const downloading = page.waitForEvent("download");
  await button(page, "Export adapter").click();
  const zip = await readFile(await (await downloading).path());
  expect(Object.keys(unzipSync(zip)).sort()).toEqual([
    "README.md",
    "adapter_config.json",
    "adapter_model.safetensors",
    "curves.png",
    "luthier_optimizer.safetensors",
  ]);

  const merging = page.waitForEvent("download", { timeout: 120_000 });
  await button(page, "Download merged model").click();
  const merged = unzipSync(await readFile(await (await merging).path()));
  expect(Object.keys(merged)).toContain("model.safetensors");

  await page.reload();
  await ready(page);
  // Scores are stored with the adapter.
  await page.getByRole("table", { name: "Answers", exact: true }).waitFor();
  const run = page.getByRole("region", { name: "Runs", exact: true }).getByRole("row").nth(1);
  await run.getByText("1 · LoRA, pirates").waitFor();
  expect(await run.innerText()).toContain("done");
  await page.getByRole("img", { name: `Chart: Loss. At step ${STEPS}` }).waitFor();
  const reloaded = await ask(page);
  expect(reloaded.after).toContain("Arr!");

  await page
    .getByLabel("Adapter files")
    .setInputFiles({ name: "adapter.zip", mimeType: "application/zip", buffer: zip });
  await page.getByText("imported").first().waitFor();
  const names = (): Promise<string[]> =>
    page.getByRole("combobox", { name: "Right side", exact: true }).getByRole("option").allInnerTexts();
  await expect.poll(names).toEqual(voices("adapter", "LoRA, pirates"));
  const imported = await ask(page);
  expect(sentence(imported.after)).toBe(sentence(trained.after));
  expect(await page.getByLabel("With the optimizer's state").count()).toBe(1);

  await button(page, "Rename adapter").click();
  await page.getByLabel("New name").fill("Brought back");
  await button(page, "Rename it").click();
  await page.reload();
  await ready(page);
  await expect.poll(names).toEqual(voices("Brought back", "LoRA, pirates"));
  await page.getByRole("combobox", { name: "Left side", exact: true }).selectOption("LoRA, pirates");
  const both = await ask(page, ["Left", "Right"]);
  expect(both.before).toContain("Arr!");
  expect(both.after).toContain("Arr!");
  await page.getByRole("combobox", { name: "Right side", exact: true }).selectOption("LoRA, pirates, merged");
  const same = await ask(page, ["Left", "Right"]);
  expect(sentence(same.after)).toBe(sentence(same.before));

  await page.getByLabel("Model files").setInputFiles(
    Object.entries(merged).map(([name, bytes]) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(bytes),
    })),
  );
  await page.getByText("No adapter yet").first().waitFor({ state: "attached", timeout: 120_000 });
  await ready(page);
  await page.getByRole("textbox", { name: "Message" }).fill(QUESTION);
  await button(page, "Send").click();
  const answer = page.getByRole("region", { name: "Before", exact: true });
  await expect
    .poll(async () => sentence(await answer.innerText()), { timeout: 120_000 })
    .toBe(sentence(trained.after));
  expect(errors).toEqual([]);
  expect(violations).toEqual([]);
  // Nothing leaves the machine: every request, the workers' included, is to where the page came from.
  expect([...origins].filter((origin) => origin !== "null")).toEqual([new URL(studio.address).origin]);
  await context.close();
});
