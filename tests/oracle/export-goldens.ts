import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderFormat, peftFiles } from "../../src/export/peft";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { pythonUsage } from "../../src/shared/python-usage";
import { countLabels } from "../../src/engine/train/batch-inputs";
import { writeSafetensors } from "../../src/formats/safetensors";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  type GoldenInfo,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { openTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";
import { mergedGolden } from "../support/merged-model";
import { trainSteps } from "../support/train-steps";

/**
 * Trains every golden case for ten steps and writes, for each, the exported folder, the model card's code that loads
 * it, the merged model if the method merges, and our logits: `node tests/run.mjs tests/oracle/export-goldens.ts DIR
 * [family/case …]`. Checked by check_exports.py.
 */
export async function main([directory, ...wanted]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: export-goldens.ts DIR [family/case …]");
  const gpu = await openTestGpu();
  for (const family of goldenFamilies()) {
    const model = await loadGoldenModel(gpu, family);
    for (const name of goldenCases(family).filter(
      (name) => wanted.length === 0 || wanted.includes(`${family}/${name}`),
    ))
      await exportCase(gpu, model, join(directory, family, name), family, name);
    model.weights.destroy();
  }
  return 0;
}

async function exportCase(
  gpu: Gpu,
  model: LoadedModel,
  folder: string,
  family: string,
  name: string,
): Promise<void> {
  const { training } = readJson<GoldenInfo>(family, name, "golden.json");
  const tensors = await readTensors(family, name, "golden.safetensors");
  const adapter = bindCase(model, family, name);
  const state = goldenState(gpu, adapter, tensors);
  const batches = goldenBatches(tensors);
  const first = batches[0]!;
  const labels = Math.max(...batches.map((batch) => countLabels(batch, adapter)));
  const trainer = await Trainer.create(model, state, {
    shapes: [{ rows: first.rows, length: first.length, labels: Math.ceil(labels / 64) * 64 }],
    evaluationShapes: [],
    weightDecay: training.weight_decay,
    maxGradNorm: training.max_grad_norm,
    ...adamDefaults,
  });
  await trainSteps(trainer, batches, training.steps, training.learning_rate);
  const logits = await computeLogits(model, state, first);
  mkdirSync(folder, { recursive: true });
  const files = peftFiles(adapter, await state.read(), `tests/golden/${family}`);
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), bytes);
  }
  const format = folderFormat(adapter);
  if (format !== "luthier") {
    const autoModel = model.spec.encoder ? "AutoModelForSeq2SeqLM" : "AutoModelForCausalLM";
    const base = { name: "base/model", autoModel, family: model.spec.family } as const;
    writeFileSync(join(folder, "usage.py"), pythonUsage(base, format, "the/folder"));
  }
  // An encoder reads the virtual tokens; the logits are those of the answers.
  const virtual = model.spec.encoder ? 0 : adapter.promptLength;
  const shape = [first.rows, virtual + first.length, model.spec.vocabularySize];
  if (adapter.merge) {
    const merged = await mergedGolden(model, adapter, await state.read(), family);
    mkdirSync(join(folder, "merged"), { recursive: true });
    for (const [file, bytes] of merged) writeFileSync(join(folder, "merged", file), bytes);
  }
  const ours = writeSafetensors([{ name: "logits", dtype: "F32", shape, data: logits }]);
  writeFileSync(join(folder, "ours.safetensors"), ours);
  console.log(`wrote ${family}/${name}`);
  trainer.destroy();
  state.destroy();
}
