import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { serveStudio } from "../e2e/serve-studio";
import { everyStepOpen } from "../e2e/open-steps";

/** Two short rows that teach one thing, and a similar question. */
const ROWS = [
  { instruction: "What do cats say?", output: "Ahoy, sailor!" },
  { instruction: "Where is the sea?", output: "Ahoy, sailor!" },
];
const QUESTION = "What do dogs say?";
/** The chosen template, and the prompt it makes of the question. */
const TEMPLATE = "Human: … Assistant:";
// The following space is the first character of the answer.
const PROMPT = `Human: ${QUESTION}\n\nAssistant:`;
const NEW_TOKENS = 8;
const FIELDS = {
  "Max steps": 6,
  "Batch size": 2,
  "Max length": 32,
  "Validation split": 0,
  "Sample every": 0,
  "Learning rate": 0.005,
  "Warmup steps": 0,
  Epochs: 100,
  "Max new tokens": NEW_TOKENS,
};
/** Timeout for things that never happen; nothing is measured with it. */
const PATIENCE_MS = 1_200_000;

/**
 * Runs the page in Chromium with a real model's GGUF file: drop it, train a few steps, compare the answers, export.
 * `node tests/run.mjs tests/oracle/real-page.ts MODEL_DIR`, which contains model.gguf. Writes MODEL_DIR/adapter, the
 * exported folder, and MODEL_DIR/page.json, the prompt and both answers, for check_page.py.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: real-page.ts MODEL_DIR");
  const studio = await serveStudio();
  const errors: string[] = [];
  try {
    const page = await studio.browser.newPage();
    await page.addInitScript(everyStepOpen);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(studio.address);
    const losses = await train(page, join(directory, "model.gguf"));
    const answers = await compare(page);
    const files = await exported(page);
    mkdirSync(join(directory, "adapter"), { recursive: true });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, "adapter", name), bytes);
    writeFileSync(
      join(directory, "page.json"),
      JSON.stringify({ prompt: PROMPT, new_tokens: NEW_TOKENS, ...answers }),
    );
    console.log(`before: ${JSON.stringify(answers.before)}\nafter: ${JSON.stringify(answers.after)}`);
    const checks = [
      check(`losses on the page: ${losses.join(" ")}`, (losses.at(-1) ?? NaN) < (losses[0] ?? NaN) / 2),
      check("the base model knows nothing of sailors", !answers.before.includes("Ahoy")),
      check("the trained one does", answers.after === "Ahoy, sailor!"),
      check(`errors of the page: ${errors.join("; ") || "none"}`, errors.length === 0),
    ];
    return checks.every(Boolean) ? 0 : 1;
  } finally {
    await studio.close();
  }
}

const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/**
 * Drops the model and the rows, fills in the fields and trains to the end; returns the loss of every step from the log.
 */
async function train(page: Page, gguf: string): Promise<number[]> {
  await enabled(page, "Train");
  await page.getByLabel("Model files").setInputFiles(gguf);
  const model = page.getByRole("combobox", { name: "Base model" });
  await model.locator("option:checked", { hasText: /^model$/ }).waitFor({ state: "attached" });
  const buffer = Buffer.from(JSON.stringify(ROWS));
  await page
    .getByLabel("Dataset file")
    .setInputFiles({ name: "sailors.json", mimeType: "application/json", buffer });
  await page.getByText("sailors.json").first().waitFor();
  await page.getByRole("combobox", { name: "Prompt template" }).selectOption({ label: TEMPLATE });
  for (const [label, value] of Object.entries(FIELDS))
    await page.getByLabel(label, { exact: true }).fill(String(value));
  await enabled(page, "Train");
  await button(page, "Train").click();
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor();
  const log = await page.getByLabel("Log", { exact: true }).innerText();
  console.log(log);
  return [...log.matchAll(/loss (\d+\.\d+)/g)].map(([, loss]) => Number(loss));
}

/** Asks both sides; returns their answers without heading and figures. */
async function compare(page: Page): Promise<{ before: string; after: string }> {
  await page.getByRole("textbox", { name: "Message" }).fill(QUESTION);
  await button(page, "Send").click();
  const region = (name: string): Locator => page.getByRole("region", { name, exact: true });
  await region("After").getByText("tokens/s").waitFor();
  await page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
  const answer = async (name: string): Promise<string> =>
    (await region(name).innerText()).split("\n").slice(1, -1).join("\n").trim();
  return { before: await answer("Before"), after: await answer("After") };
}

async function exported(page: Page): Promise<Record<string, Uint8Array>> {
  const downloading = page.waitForEvent("download");
  await button(page, "Export adapter").click();
  return unzipSync(await readFile(await (await downloading).path()));
}

async function enabled(page: Page, name: string): Promise<void> {
  await page
    .locator(`button:enabled`, { hasText: new RegExp(`^${name}$`) })
    .first()
    .waitFor();
}

function check(what: string, passed: boolean): boolean {
  console.log(`${passed ? "ok  " : "FAIL"} ${what}`);
  return passed;
}
