import { describeModel } from "../../src/engine/models/registry";
import type { ModelSpec } from "../../src/engine/nn/model-spec";
import { peftFiles } from "../../src/export/peft";
import { tinyGguf as writeTinyGguf } from "../firefox/tiny-gguf";
import { bindCase, goldenCases, readJson, readTensors, under } from "../support/golden";

/** An exported adapter and its base model. */
export interface AdapterSeed {
  readonly model: ModelSpec;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

let gguf: Uint8Array<ArrayBuffer> | null = null;

/** A whole model in a GGUF file. */
export function tinyGguf(): Uint8Array<ArrayBuffer> {
  gguf ??= writeTinyGguf().slice();
  return gguf;
}

let adapters: Promise<readonly AdapterSeed[]> | null = null;

/** An adapter of every method in the goldens of llama. */
export function adapterSeeds(): Promise<readonly AdapterSeed[]> {
  adapters ??= Promise.all(
    ["llama", "llama_tied"].flatMap((family) =>
      goldenCases(family).map(async (name) => {
        const model = describeModel(readJson(family, "config.json"));
        const trained = under(await readTensors(family, name, "golden.safetensors"), "after");
        return {
          model,
          files: peftFiles(bindCase({ spec: model }, family, name), trained, "some/model"),
        };
      }),
    ),
  );
  return adapters;
}
