import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { eventFile } from "../../src/export/runs/event-file";
import { wandbFile, wandbPath } from "../../src/export/runs/wandb-file";
import { defaultValues } from "../../src/shared/fields";
import type { RunSummary } from "../../src/shared/run-record";
import { trainingFields, type TrainingOptions } from "../../src/shared/training";

/* An event file of made-up curves, with long steps and special numbers, and its expected values as JSON. */
const startedAt = Date.UTC(2026, 10, 28, 9, 0, 0);
const steps = Array.from({ length: 300 }, (_, index) => ({
  step: index * index + 1,
  epoch: index / 20,
  loss: index === 7 ? Infinity : 3 * Math.exp(-index / 40),
  learningRate: 2e-4 * (1 - index / 300),
  gradNorm: 1 + index,
  supervisedTokens: 100,
  activeMs: index * 321,
}));
const validation = steps.filter((_, index) => index % 50 === 0).map(({ step, loss }) => ({ step, loss }));
const summary: RunSummary = {
  ...{
    id: "5f0c7a52-1111-4222-8333-444455556666",
    number: 7,
    name: "LoRA, täglich",
    note: "first",
    starred: false,
  },
  ...{
    deletedAt: null,
    state: "done",
    startedAt,
    savedAt: startedAt,
    elapsedMs: 96_000,
    steps: 300,
    totalSteps: 300,
  },
  ...{
    tokens: 9000,
    finalLoss: 0.1,
    validationLoss: 0.1,
    validationStep: 300,
    best: null,
    problem: null,
    adapterIds: [],
  },
  config: {
    ...{ datasetId: "d", modelId: "m", templateId: "chat", continueFrom: null },
    method: { id: "lora", options: { r: 8, target_modules: "all-linear" } },
    training: defaultValues(trainingFields) as unknown as TrainingOptions,
  },
  model: { id: "m", title: "Spruce", precision: ["f16"] },
  data: { id: "d", name: "Rows", rows: 30, importedAt: 1 },
  environment: { gpu: "", software: true, browser: "" },
};
/** Writes them into the folder given as argument. */
export async function main([folder = "."]: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "events.out.tfevents.1.luthier-run-1"),
    eventFile({ startedAt }, { steps, validation }),
  );
  const path = join(folder, wandbPath(summary));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, wandbFile(summary, { steps, validation, samples: [], log: [] }));
  await writeFile(
    join(folder, "expected.json"),
    JSON.stringify({
      startedAt,
      steps: steps.map((step) => ({ ...step, loss: String(step.loss) })),
      validation: validation.map(({ step, loss }) => ({ step, loss: String(loss) })),
    }),
  );
}
