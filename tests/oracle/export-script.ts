import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EncodedRow } from "../../src/data/encode/encode-row";
import { encodeLabelled, encodePair, encodeRow } from "../../src/data/encode/encode-row";
import { NO_NOTES } from "../../src/data/shape/rendering";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { trainingLoop } from "../../src/engine/train/loop";
import { bindObjective } from "../../src/engine/train/objectives";
import { Trainer } from "../../src/engine/train/trainer";
import type { ExportSource } from "../../src/export/entry";
import { optimizerFile } from "../../src/export/optimizer-file";
import { promptFormat } from "../../src/export/prompt-format";
import { exportFiles } from "../../src/export/registry";
import type { TrainingRun } from "../../src/export/training-run";
import { makeRng } from "../../src/lib/rng";
import { defaultValues, type FieldValues } from "../../src/shared/fields";
import type { ExportId } from "../../src/shared/exports";
import { type MethodId, methodSpecs } from "../../src/shared/methods";
import { type ObjectiveChoice, type ObjectiveId, objectiveSpecs } from "../../src/shared/objectives";
import type { Row } from "../../src/shared/rows";
import { type RunConfig, trainingFields, type TrainingOptions } from "../../src/shared/training";
import type { Tokenizer } from "../../src/tokenizer/tokenizer";
import { prepareReferences } from "../../src/worker/references";
import { type RunSetup, trainerOptions, withLearnedPrompt } from "../../src/worker/run-setup";
import { runOf } from "../../src/worker/training-run";
import { planTrainingData } from "../../src/worker/training-data";
import { openBuiltIn, readPublic } from "../builtin/built-in";
import { goldenRoot, loadGoldenModel, readJson } from "../support/golden";
import { spruceFolder } from "../support/export-source";
import { openTestGpu } from "../support/gpu";
import { writeStreamed } from "./host-model";

/** A run that is exported and repeated in Python. */
interface Scenario {
  /** A golden family with made-up tokens; absent: the built-in model with a sample dataset. */
  readonly family?: string;
  readonly method: MethodId;
  readonly options?: FieldValues;
  readonly training?: Partial<TrainingOptions>;
  readonly objective?: ObjectiveId;
}

/** Steps whose losses are compared. */
const STEPS = 20;

const scenarios: Readonly<Record<string, Scenario>> = {
  // Micro-batches of unequal numbers of tokens, an incomplete last step of each epoch, clipping, decay, validation.
  sft: {
    method: "lora",
    options: { r: 8, lora_alpha: 16, lora_dropout: 0, loraplus_lr_ratio: 4 },
    training: { gradientAccumulation: 2, weightDecay: 0.01, learningRate: 2e-3, validationSplit: 0.1 },
  },
  dpo: {
    method: "lora",
    options: { lora_dropout: 0 },
    objective: "dpo",
    training: { gradientAccumulation: 2 },
  },
  packed: {
    method: "lora",
    options: { use_dora: true, lora_dropout: 0 },
    training: { packing: true, batchSize: 2 },
  },
  ipo: { method: "lora", options: { lora_dropout: 0 }, objective: "ipo" },
  hinge: { method: "lora", options: { lora_dropout: 0 }, objective: "hinge" },
  robust: { method: "lora", options: { lora_dropout: 0 }, objective: "robust" },
  simpo: { method: "lora", options: { lora_dropout: 0 }, objective: "simpo" },
  cpo: { method: "lora", options: { lora_dropout: 0 }, objective: "cpo" },
  // Micro-batches of unequal numbers of tokens and of good answers.
  orpo: {
    method: "lora",
    options: { lora_dropout: 0 },
    objective: "orpo",
    training: { gradientAccumulation: 2, batchSize: 3 },
  },
  kto: {
    method: "lora",
    options: { lora_dropout: 0 },
    objective: "kto",
    training: { gradientAccumulation: 2, batchSize: 3 },
  },
  "orpo-prompt": { method: "prompt-tuning", options: { num_virtual_tokens: 4 }, objective: "orpo" },
  "kto-prefix": { method: "prefix-tuning", options: { num_virtual_tokens: 4 }, objective: "kto" },
  "orpo-encoder": {
    family: "t5",
    method: "lora",
    options: { r: 4, lora_dropout: 0 },
    objective: "orpo",
  },
  "simpo-encoder": { family: "t5", method: "lora", options: { r: 4, lora_dropout: 0 }, objective: "simpo" },
  pissa: {
    family: "llama_tied",
    method: "lora",
    options: { r: 4, init_lora_weights: "pissa", lora_dropout: 0 },
  },
  olora: { family: "qwen2", method: "lora", options: { r: 4, init_lora_weights: "olora", lora_dropout: 0 } },
  biases: { family: "qwen2", method: "lora", options: { r: 4, bias: "lora_only", lora_dropout: 0 } },
  saved: {
    family: "mistral",
    method: "lora",
    options: { r: 4, modules_to_save: "lm_head", lora_dropout: 0 },
  },
  loha: { family: "llama_tied", method: "loha", options: { r: 4 } },
  lokr: { family: "qwen2", method: "lokr", options: { r: 4 } },
  ia3: { family: "gpt2", method: "ia3" },
  prompt: { family: "qwen2", method: "prompt-tuning", options: { num_virtual_tokens: 4 } },
  "p-tuning": { family: "llama_tied", method: "p-tuning", options: { num_virtual_tokens: 4 } },
  prefix: { family: "gpt2", method: "prefix-tuning", options: { num_virtual_tokens: 4 } },
  bitfit: { family: "qwen2", method: "bitfit" },
  "last-layers": { family: "llama_tied", method: "last-layers" },
  full: { family: "gemma3", method: "full" },
  "encoder-decoder": { family: "t5", method: "lora", options: { r: 4, lora_dropout: 0 } },
};

/**
 * Trains each scenario here and writes its exports: `node tests/run.mjs tests/oracle/export-script.ts DIR [scenario …]`;
 * none: all. Checked by check_script.py and check_trainers.py.
 */
export async function main([directory, ...wanted]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: export-script.ts DIR [scenario …]");
  const names = wanted.length > 0 ? wanted : Object.keys(scenarios);
  for (const name of names) {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(`no scenario ${name}`);
    await exportScenario(join(directory, name), scenario);
    console.log(`wrote ${name}`);
  }
  return 0;
}

async function exportScenario(directory: string, scenario: Scenario): Promise<void> {
  const { engine, tokenizer, base } = await open(scenario);
  const setup = setUp(scenario, engine, tokenizer);
  const { adapter, training, data, objective } = setup.setup;
  const context = initContext(engine.tensors, makeRng(training.seed, data.trainRows), () => [1, 2, 3]);
  const start = await initialValues(adapter, context);
  await prepareReferences({
    session: { model: { engine } } as Parameters<typeof prepareReferences>[0]["session"],
    setup: setup.setup,
    kept: undefined,
    start: () => Promise.resolve(null),
    tell: () => undefined,
    signal: new AbortController().signal,
  });
  const state = AdapterState.of(engine.gpu, adapter, start);
  const trainer = await Trainer.create(engine, state, trainerOptions(training, data, objective));
  const run = runOf(setup.setup);
  const losses: number[] = [];
  const plan = {
    ...training,
    totalSteps: run.totalSteps,
    warmupSteps: run.warmupSteps,
    batches: (step: number) => data.batches(step),
    epoch: (step: number) => data.epoch(step),
    validation: [] as never[],
    validateEvery: 0,
  };
  for await (const report of trainingLoop(trainer, plan)) {
    if (report.type === "step") losses.push(report.loss);
    if (losses.length === STEPS) break;
  }
  // The loop runs ahead: values and moments are those of the last step submitted.
  const steps = trainer.stepCount;
  const values = await state.read();
  const optimizer = optimizerFile(adapter, setup.setup.config.method, values, await trainer.moments());
  const offered: TrainingRun = {
    ...run,
    start,
    startOptimizer: null,
    losses,
    rows: () => rowsOf(setup.rows),
    validationRows: null,
  };
  const source: ExportSource = {
    ...base,
    model: engine,
    adapter,
    adapterName: "tried",
    methodId: scenario.method,
    trainableParameters: 1,
    adapterBytes: 1,
    run: {
      config: setup.setup.config,
      datasetName: "sample",
      datasetRows: setup.rows.length,
      templateTitle: "",
      steps,
      finalLoss: losses.at(-1) ?? null,
      validationLoss: null,
    },
    training: { problem: null, dataBytes: 1, load: () => Promise.resolve(offered) },
    values: () => Promise.resolve(values),
    changes: () => Promise.reject(new Error("not merged here")),
    record: async () => null,
    optimizer: () => Promise.resolve(optimizer),
  };
  await rm(directory, { recursive: true, force: true });
  for (const id of exportsOf(scenario)) await write(join(directory, id), source, id);
  await writeFile(join(directory, "base.json"), JSON.stringify({ model: baseFolder(scenario) }));
  trainer.destroy();
  state.destroy();
  engine.weights.destroy();
}

/** The script; with the built-in model's tokenizer also what other trainers read, if they have the objective. */
function exportsOf({ family, objective }: Scenario): readonly ExportId[] {
  if (family !== undefined || objective === "cpo" || objective === "orpo" || objective === "kto")
    return ["training-script"];
  if (objective === "robust") return ["training-script", "axolotl", "unsloth"];
  if (objective === "simpo") return ["training-script", "llama-factory", "axolotl"];
  return ["training-script", "llama-factory", "axolotl", "unsloth"];
}

function baseFolder({ family }: Scenario): string {
  return family === undefined ? "public/models/spruce" : join(goldenRoot, family);
}

interface Opened {
  readonly engine: LoadedModel;
  readonly tokenizer: Tokenizer | null;
  readonly base: Pick<ExportSource, "folder" | "tokenizer" | "base" | "prompt">;
}

async function open({ family }: Scenario): Promise<Opened> {
  const folder = await spruceFolder();
  const { engine, tokenizer } = family
    ? { engine: await loadGoldenModel(await openTestGpu(), family), tokenizer: null }
    : await openBuiltIn();
  const spruce = tokenizer ?? (await openBuiltInTokenizer());
  const base = {
    title: family ?? "Spruce",
    repository: null,
    commit: null,
    endpoint: "",
    license: "",
    autoModel: engine.spec.encoder ? ("AutoModelForSeq2SeqLM" as const) : ("AutoModelForCausalLM" as const),
    family: engine.spec.family,
  };
  return {
    engine,
    tokenizer,
    base: {
      folder: family ? { ...folder, config: readJson(family, "config.json") } : folder,
      tokenizer: spruce,
      base,
      prompt: promptFormat({ templateId: "chat" }, spruce, ""),
    },
  };
}

async function openBuiltInTokenizer(): Promise<Tokenizer> {
  const { loadTokenizer } = await import("../../src/tokenizer/tokenizer");
  return loadTokenizer(await spruceFolder());
}

function setUp(
  { method: id, options, training: changes, objective: objectiveId }: Scenario,
  { spec }: LoadedModel,
  tokenizer: Tokenizer | null,
): { readonly setup: RunSetup; readonly rows: readonly Row[] } {
  const training: TrainingOptions = {
    ...(defaultValues(trainingFields) as unknown as TrainingOptions),
    batchSize: 4,
    warmupSteps: 3,
    epochs: 4,
    validationSplit: 0.1,
    maxLength: 96,
    baseModelDropout: false,
    ...changes,
  };
  const method = { id, options: { ...defaultValues(methodSpecs[id].fields), ...options } };
  const adapter = methods[id].bind(method.options, spec);
  const objective: ObjectiveChoice | null = objectiveId
    ? { id: objectiveId, options: defaultValues(objectiveSpecs[objectiveId].fields) }
    : null;
  const source = sampleRows(objective !== null);
  const rows = tokenizer
    ? source.flatMap((row, index) =>
        encode(row, objectiveId, tokenizer, training.maxLength).map((made) => ({ ...made, row: index })),
      )
    : madeUpRows(spec.vocabularySize, objective !== null);
  const config: RunConfig = {
    datasetId: "rows",
    modelId: "model",
    templateId: "chat",
    continueFrom: null,
    method,
    training,
    objective,
  };
  const data = planTrainingData(rows, training, adapter, spec.encoder !== undefined);
  const bound = objective ? bindObjective(objective) : undefined;
  return { setup: { config, adapter, rows, others: {}, training, data, objective: bound }, rows: source };
}

/** A row as a run with the objective encodes it. */
function encode(
  row: Row,
  objective: ObjectiveId | undefined,
  tokenizer: Tokenizer,
  maxLength: number,
): EncodedRow[] {
  const input = [row, "chat", tokenizer, maxLength] as const;
  if (objective === undefined) return [encodeRow(...input)];
  if (objectiveSpecs[objective].compares === "labels") return encodeLabelled(...input);
  return [objective === "orpo" ? withLearnedPrompt(encodePair(...input)) : encodePair(...input)];
}

/** Rows of the sample datasets: of answers, or of pairs. */
function sampleRows(pairs: boolean): Row[] {
  if (!pairs) {
    const rows = readPublic<{ instruction: string; output: string }[]>("datasets", "pirate.json");
    return rows.slice(0, 54).map(({ instruction, output }) => ({
      kind: "conversation",
      turns: [
        { role: "user", text: instruction },
        { role: "assistant", text: output },
      ],
    }));
  }
  const rows = readPublic<{ prompt: string; chosen: string; rejected: string }[]>(
    "datasets",
    "short-answers.json",
  );
  const answer = (text: string) => [{ role: "assistant" as const, text }];
  return rows.slice(0, 54).map(({ prompt, chosen, rejected }) => ({
    kind: "preference",
    prompt: [{ role: "user", text: prompt }],
    chosen: answer(chosen),
    rejected: answer(rejected),
  }));
}

/** Random tokens, of which a middle part is learned; as pairs, the end, with another end beside it. */
function madeUpRows(vocabulary: number, asPairs: boolean): EncodedRow[] {
  const random = makeRng(11);
  const upTo = (most: number): number => Math.floor(random.uniform() * most);
  const tokens = (length: number): number[] => Array.from({ length }, () => 1 + upTo(vocabulary - 1));
  return Array.from({ length: 60 }, (_, row) => {
    const length = 6 + upTo(14);
    const from = 1 + upTo(3);
    const ids = Uint32Array.from(tokens(length));
    const isLearned = (place: number): boolean => place >= from && (asPairs || place !== from + 2);
    const supervise = (count: number): Uint8Array =>
      Uint8Array.from({ length: count }, (_, at) => Number(isLearned(at)));
    const other = Uint32Array.from([...ids.subarray(0, from), ...tokens(2 + upTo(9))]);
    return {
      row,
      ids,
      supervised: supervise(length),
      ...(asPairs ? { rejected: { ids: other, supervised: supervise(other.length) } } : {}),
      fullLength: length,
      hasEnd: true,
      isEndCut: false,
      notes: NO_NOTES,
      excluded: null,
    };
  });
}

async function* rowsOf(rows: readonly Row[]): AsyncGenerator<{ number: number; row: Row }> {
  for (const [number, row] of rows.entries()) yield { number, row };
}

async function write(directory: string, source: ExportSource, id: ExportId): Promise<void> {
  const choice = { type: null, name: "tried", withOptimizer: true };
  const { files } = await exportFiles(source, id, choice);
  for (const file of files) {
    await mkdir(dirname(join(directory, file.path)), { recursive: true });
    await writeStreamed(join(directory, file.path), file);
  }
}
