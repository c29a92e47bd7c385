import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { families } from "../../../src/engine/models/registry";
import { checkModelSizes } from "../../../src/formats/model-sizes";
import { bytesSource, readText } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";

const folders: Readonly<Record<string, string>> = {
  gemma3_text: "gemma3",
  gemma3: "gemma3_pictures",
};
const layerKeys = ["num_hidden_layers", "n_layer", "num_layers", "num_decoder_layers"];

function golden(family: string, file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    readFileSync(new URL(`../../golden/${folders[family] ?? family}/${file}`, import.meta.url)),
  );
}

function withConfig(family: string, change: Record<string, unknown>) {
  const config = JSON.parse(new TextDecoder().decode(golden(family, "config.json"))) as object;
  const text = JSON.stringify({ ...config, ...change });
  return openModelFolder([
    bytesSource("config.json", new TextEncoder().encode(text)),
    bytesSource("tokenizer.json", new TextEncoder().encode("{}")),
    bytesSource("model.safetensors", golden(family, "model.safetensors")),
  ]);
}

describe("sizes in config.json", () => {
  it.each(Object.keys(families))("of %s are bounded by the files' contents", async (family) => {
    const started = performance.now();
    for (const key of layerKeys) {
      for (const layers of [1e5, 2 ** 32 + 1, 1e300]) {
        await expect(withConfig(family, { [key]: layers })).rejects.toThrow(new RegExp(`${key} is`));
      }
    }
    for (const key of ["vocab_size", "hidden_size", "d_model", "relative_attention_max_distance"]) {
      await expect(withConfig(family, { [key]: 1e9 })).rejects.toThrow(new RegExp(`${key} is`));
    }
    expect(performance.now() - started).toBeLessThan(2000);
    expect((await withConfig(family, {})).config.model_type).toBe(family);
  });

  it("are bounded by a repository's total bytes", () => {
    expect(() => checkModelSizes({ num_layers: 1e5 }, { bytes: 1e9 })).toThrow(/num_layers is 100000/);
    expect(() => checkModelSizes({ vocab_size: 3e6 }, { bytes: 1e6 })).toThrow(/vocab_size/);
    expect(() => checkModelSizes({ text_config: { num_hidden_layers: 1e5 } }, { bytes: 1e9 })).toThrow(
      /num_hidden_layers is 100000/,
    );
    checkModelSizes({ num_layers: 48, vocab_size: 256_000 }, { bytes: 1e9 });
  });
});

it("does not read an implausibly long text file", async () => {
  const source = { name: "config.json", sizeBytes: 6e8, read: () => Promise.reject(new Error("was read")) };
  await expect(readText(source)).rejects.toThrow(/config.json has 600 MB; files of its kind/);
});
