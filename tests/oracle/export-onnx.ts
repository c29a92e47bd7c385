import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import { onnxFiles } from "../../src/export/onnx/model-files";
import { writeSafetensors } from "../../src/formats/safetensors";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  goldenRoot,
  readTensors,
  under,
} from "../support/golden";
import { hostModel, writeStreamed } from "./host-model";

/**
 * Writes merged golden models as ONNX, for check_onnx.py: `node tests/run.mjs tests/oracle/export-onnx.ts DIR`. Each
 * folder also has the ids of a text and PEFT's logits.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: export-onnx.ts DIR");
  for (const family of goldenFamilies()) {
    const model = await hostModel(family);
    const isQuantised = existsSync(join(goldenRoot, family, "quantization.json"));
    if (model.spec.encoder || isQuantised) continue;
    for (const name of goldenCases(family).filter((one) => CASES.includes(one))) {
      const tensors = await readTensors(family, name, "golden.safetensors");
      const adapter = bindCase(model, family, name);
      if (!adapter.merge) continue;
      const values = under(tensors, "after");
      const folder = join(directory, `${family}-${name}`);
      mkdirSync(folder, { recursive: true });
      const source = { model, adapter, changes: async () => mergeChanges(adapter, values) };
      for (const precision of ["F32", "F16", "Q4"] as const)
        // Small files, so that the weights need several.
        for (const file of onnxFiles(source, precision, 2 ** 16))
          await writeStreamed(join(folder, file.path), file);
      const [batch] = goldenBatches(tensors);
      const length = batch!.segments[0]![0]!.length;
      const logits = tensors.get("saved_logits")!.data as Float32Array;
      const vocabulary = model.spec.vocabularySize;
      const ids = Float32Array.from(batch!.ids.slice(0, length));
      writeFileSync(
        join(folder, "expected.safetensors"),
        writeSafetensors([
          { name: "ids", dtype: "F32", shape: [length], data: ids },
          {
            name: "logits",
            dtype: "F32",
            shape: [length, vocabulary],
            data: logits.slice(0, length * vocabulary),
          },
        ]),
      );
    }
  }
  return 0;
}

/** A LoRA, one on all layers with biases, and one on embedding and head. */
const CASES: readonly string[] = ["lora", "lora_all", "lora_ends"];
