import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blobSource } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";

const models = new URL("../../../public/models/", import.meta.url);
const datasets = new URL("../../../public/datasets/", import.meta.url);
const folders = readdirSync(models, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(folders.map(({ name }) => name))("the built-in model %s", async (name) => {
  const folder = new URL(`${name}/`, models);
  const files = readdirSync(folder).map((file) =>
    blobSource(`${name}/${file}`, new Blob([readFileSync(new URL(file, folder))])),
  );
  const model = await openModelFolder(files);
  const tokenizer = loadTokenizer(model);

  it("opens as a folder with a tokenizer that fits its vocabulary", () => {
    expect(model.name).toBe(name);
    expect(tokenizer.hasChatTemplate).toBe(true);
    expect(tokenizer.eosId).not.toBeNull();
    expect(tokenizer.vocabularySize).toBeLessThanOrEqual(Number(model.config.vocab_size));
  });

  it("encodes every sample dataset without loss", () => {
    for (const file of readdirSync(datasets).filter((entry) => entry !== "index.json")) {
      const rows = JSON.parse(readFileSync(new URL(file, datasets), "utf8")) as Record<string, unknown>[];
      for (const text of rows.flatMap((row) => Object.values(row))) {
        if (typeof text !== "string") continue;
        const ids = tokenizer.encode(text, { addSpecialTokens: false });
        expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(text);
      }
    }
  });
});
