import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import { promptIds } from "../../src/data/shape/conversation";
import { encodeRow } from "../../src/data/encode/encode-row";
import { Generator } from "../../src/engine/generate/generator";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { trainingLoop } from "../../src/engine/train/loop";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import { makeRng } from "../../src/lib/rng";
import type { Row } from "../../src/spec/data";
import { defaultValues, type FieldValue } from "../../src/spec/fields";
import { defaultGeneration } from "../../src/spec/generation";
import { type MethodId, methodSpecs } from "../../src/spec/methods";
import { trainingFields, type TrainingOptions } from "../../src/spec/training";
import { loadTokenizer, type Tokenizer } from "../../src/tokenizer/tokenizer";
import { planTrainingData } from "../../src/worker/training-data";
import { openTestGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";

interface Sample {
  readonly id: string;
  readonly file: string;
  readonly heldout: string;
  readonly language: string;
}

interface HeldOut {
  readonly instruction: string;
  readonly check:
    | { readonly kind: "regex" | "contains"; readonly value: string }
    | { readonly kind: "json"; readonly keys: readonly string[] };
}

interface BuiltIn {
  readonly path: string;
  readonly files: readonly string[];
  readonly training: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
}

/**
 * Trains the built-in model on its sample datasets with the page's defaults, in the engine itself, and counts held-out
 * answers that show what was taught: `node tests/run.mjs tests/builtin/measure.ts [dataset/method …]`.
 */
export async function main(wanted: string[]): Promise<number> {
  const [builtIn] = readPublic<BuiltIn[]>("models/index.json");
  const gpu = await openTestGpu();
  const files = builtIn!.files.map((file) =>
    bytesSource(file, readFileSync(publicPath("models", builtIn!.path, file))),
  );
  const folder = await openModelFolder(files);
  const tokenizer = loadTokenizer(folder);
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const model = await loadModel(folder.config, tensors, {
    gpu,
    pipelines: new PipelineCache(gpu),
    tuning: fixedTuning(gpu),
  });
  console.log(
    `| dataset | method | steps | seconds | tokens/s | loss | before | after |\n| --- | --- | --- | --- | --- | --- | --- | --- |`,
  );
  for (const sample of readPublic<Sample[]>("datasets/index.json")) {
    if (sample.language !== "en") continue;
    for (const method of Object.keys(builtIn!.training) as MethodId[]) {
      const name = `${sample.id}/${method}`;
      if (wanted.length > 0 ? !wanted.includes(name) : method !== "lora" && sample.id !== "pirate") continue;
      await measure(model, tokenizer, sample, method, builtIn!.training[method]!);
    }
  }
  return 0;
}

async function measure(
  model: LoadedModel,
  tokenizer: Tokenizer,
  sample: Sample,
  method: MethodId,
  own: Readonly<Record<string, FieldValue>>,
): Promise<void> {
  const spec = methodSpecs[method];
  const training = {
    ...defaultValues(trainingFields),
    learningRate: spec.learningRate.default,
    ...own,
  } as unknown as TrainingOptions;
  const adapter = methods[method].bind({ ...defaultValues(spec.fields), ...own }, model.spec);
  const rows = readPublic<Row[]>("datasets", sample.file).map((row) =>
    encodeRow(row, "chat", tokenizer, training.maxLength),
  );
  const heldOut = readPublic<HeldOut[]>("datasets", sample.heldout);
  const data = planTrainingData(rows, training, adapter);
  const state = new AdapterState(model.gpu, adapter);
  const context = initContext(model.tensors, makeRng(training.seed, data.trainRows), (text) =>
    tokenizer.encode(text, { addSpecialTokens: true }),
  );
  state.write(await initialValues(adapter, context));
  const before = await share(model, null, tokenizer, heldOut);
  const started = performance.now();
  const trainer = await Trainer.create(model, state, {
    shapes: data.shapes,
    evaluationShapes: data.evaluationShapes,
    weightDecay: training.weightDecay,
    maxGradNorm: training.maxGradNorm,
    ...adamDefaults,
  });
  const plan = {
    ...training,
    totalSteps: data.totalSteps,
    batches: data.batches,
    epoch: data.epoch,
    validation: data.validation,
    validateEvery: Math.ceil(data.totalSteps / 5),
  };
  let tokens = 0;
  const losses: string[] = [];
  for await (const report of trainingLoop(trainer, plan)) {
    if (report.type === "validation") losses.push(report.loss.toFixed(2));
    else
      tokens += data
        .batches(report.step - 1)
        .flatMap((batch) => batch.segments.flat())
        .reduce((sum, { length }) => sum + length, 0);
  }
  const seconds = (performance.now() - started) / 1000;
  trainer.destroy();
  const after = await share(model, state, tokenizer, heldOut);
  state.destroy();
  console.log(
    `| ${sample.id} | ${method} | ${data.totalSteps} | ${seconds.toFixed(1)} | ${(tokens / seconds).toFixed(0)} | ${losses.join(" ")} | ${before} % | ${after} % |`,
  );
}

/** Percent of held-out prompts whose greedy answer passes its check. */
async function share(
  model: LoadedModel,
  state: AdapterState | null,
  tokenizer: Tokenizer,
  prompts: readonly HeldOut[],
): Promise<number> {
  const generator = await Generator.create(model, state, 256);
  let passed = 0;
  for (const { instruction, check } of prompts) {
    const { ids, endIds } = promptIds([{ role: "user", content: instruction }], "chat", tokenizer);
    const answer: number[] = [];
    for await (const id of generator.generate(
      ids,
      { ...defaultGeneration, maxNewTokens: 40 },
      endIds,
      makeRng(0),
    ))
      answer.push(id);
    const text = tokenizer.decode(answer, { skipSpecialTokens: true });
    if (process.env.SHOW) console.log(`  ${instruction} -> ${text}`);
    if (passes(text, check)) passed++;
  }
  generator.destroy();
  return Math.round((100 * passed) / prompts.length);
}

function passes(text: string, check: HeldOut["check"]): boolean {
  if (check.kind === "regex") return new RegExp(check.value).test(text);
  if (check.kind === "json") return hasKeys(text, check.keys);
  return text.toLowerCase().includes(check.value.toLowerCase());
}

function hasKeys(text: string, keys: readonly string[]): boolean {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === "object" && parsed !== null && keys.every((key) => key in parsed);
  } catch {
    return false;
  }
}

function publicPath(...parts: string[]): string {
  return join("public", ...parts);
}

function readPublic<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(publicPath(...parts), "utf8")) as T;
}
