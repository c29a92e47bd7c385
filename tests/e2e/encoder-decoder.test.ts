import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { describeModel } from "../../src/engine/models/registry";
import { writeSafetensors } from "../../src/formats/safetensors";
import { normal } from "../support/check-op";
import { sharedStudio } from "./shared-browser";
import { button, ready } from "./controls";
import { everyStepOpen } from "./open-steps";

/** An encoder-decoder from its files to an adapter: the paths that differ from decoder-only models. */

const STEPS = 6;

/** Random weights for the vocabulary of the golden tokenizer, whose end token is 1. */
const config = {
  model_type: "t5",
  _name_or_path: "tiny-t5",
  is_encoder_decoder: true,
  tie_word_embeddings: false,
  feed_forward_proj: "gated-gelu",
  vocab_size: 235,
  d_model: 32,
  d_kv: 8,
  num_heads: 4,
  d_ff: 48,
  num_layers: 2,
  decoder_start_token_id: 0,
  pad_token_id: 0,
  eos_token_id: 1,
};

function modelFiles(): { name: string; mimeType: string; buffer: Buffer }[] {
  const weights = declareWeights(describeModel(config)).map(({ name, shape }, seed) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = name.endsWith("norm.weight") ? new Float32Array(count).fill(1) : normal(count, seed, 0.2);
    return { name, dtype: "F32" as const, shape, data };
  });
  const tokenizer = (file: string): Buffer => readFileSync(`tests/golden/tokenizer/t5/${file}`);
  const files = {
    "config.json": Buffer.from(JSON.stringify(config)),
    "model.safetensors": Buffer.from(writeSafetensors(weights)),
    "tokenizer.json": tokenizer("tokenizer.json"),
    "tokenizer_config.json": tokenizer("tokenizer_config.json"),
  };
  const mimeType = "application/octet-stream";
  return Object.entries(files).map(([name, buffer]) => ({ name, mimeType, buffer }));
}

const rows = Array.from({ length: 24 }, (_, index) => ({
  instruction: `Say hello ${index} times.`,
  input: "",
  output: "Hello, world!",
}));

async function ask(page: Page): Promise<string> {
  await page.getByRole("textbox", { name: "Message" }).fill("Say hello.");
  await button(page, "Send").click();
  const after = page.getByRole("region", { name: "After", exact: true });
  await after.getByText("tokens/s").waitFor({ timeout: 120_000 });
  await page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
  return after.innerText();
}

test("an encoder-decoder from files trains, answers, and exports for PEFT", async () => {
  const studio = await sharedStudio();
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await ready(page);
  await page.getByLabel("Model files").setInputFiles(modelFiles());
  await page.getByText("tiny-t5").first().waitFor({ state: "attached", timeout: 120_000 });
  await page.getByLabel("Dataset file").setInputFiles({
    name: "hello.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(rows)),
  });
  await page.getByText("hello.json").first().waitFor({ timeout: 120_000 });
  await page.getByLabel("Max steps").fill(String(STEPS));
  await page.getByLabel("Sample every").fill(String(STEPS));
  await ready(page);
  await button(page, "Train").click();
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor({ timeout: 240_000 });
  const samples = page.getByRole("region", { name: "Answers on the way" });
  expect(await samples.getByText(`After step ${STEPS}`).count()).toBe(1);
  expect(await ask(page)).toContain("tokens/s");

  const downloading = page.waitForEvent("download");
  await button(page, "Export adapter").click();
  const files = unzipSync(await readFile(await (await downloading).path()));
  const text = (name: string): string => new TextDecoder().decode(files[name]);
  expect(JSON.parse(text("adapter_config.json"))).toMatchObject({
    peft_type: "LORA",
    task_type: "SEQ_2_SEQ_LM",
    target_modules: ["q", "v"],
  });
  // A model loaded from files has no repository, so the card has a placeholder path.
  expect(text("README.md")).toContain('AutoModelForSeq2SeqLM.from_pretrained("path/to/base-model")');
  expect(errors).toEqual([]);
  await context.close();
});
