import { encodeRow } from "../../src/data/encode/encode-row";
import { promptIds } from "../../src/data/shape/conversation";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import { answerAll } from "../../src/engine/generate/batch-answers";
import { BatchDecoder } from "../../src/engine/generate/batch-decoder";
import { likelihoods } from "../../src/engine/generate/likelihood";
import { BestValues } from "../../src/engine/train/best-values";
import { trainingLoop } from "../../src/engine/train/loop";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { makeRng } from "../../src/lib/rng";
import { defaultValues, type FieldValues } from "../../src/shared/fields";
import { defaultGeneration } from "../../src/shared/generation";
import { methodSpecs } from "../../src/shared/methods";
import { NO_FACTS, presetTraining, type PresetId } from "../../src/shared/presets";
import { alpacaRow } from "../../src/shared/rows";
import { trainingFields, type TrainingOptions } from "../../src/shared/training";
import { planTrainingData } from "../../src/worker/training-data";
import { builtInDefaults, type OpenModel, readPublic } from "../builtin/built-in";
import type { Example, MadeSet } from "./dataset";

const METHOD = "lora";
const ANSWER_TOKENS = 40;

/** What a preset made of a dataset. */
export interface Measured {
  readonly rows: number;
  /** Steps taken, and those that the preset allows. */
  readonly steps: number;
  readonly limit: number;
  readonly rate: number;
  /** Validation loss before, at its lowest, and at the end. */
  readonly losses: readonly [number, number, number];
  /** Percentage of held-out questions answered right. */
  readonly before: number;
  readonly after: number;
  /** Loss on the everyday questions. */
  readonly everydayBefore: number;
  readonly everydayAfter: number;
  readonly seconds: number;
}

/** Options of a preset for a dataset, as the page fills its form. */
export function presetOptions(preset: PresetId, rows: number, own: FieldValues): TrainingOptions {
  const recommended = {
    ...defaultValues(trainingFields),
    learningRate: methodSpecs[METHOD].learningRate.default,
    ...builtInDefaults()[METHOD],
    ...own,
  };
  const values = presetTraining(preset, recommended, {
    ...NO_FACTS,
    rows,
    isRateForShortRuns: true,
  });
  return { ...values, ...own } as unknown as TrainingOptions;
}

/** Trains the built-in model on a dataset as the page does under a preset, and asks its held-out questions. */
export async function measureSet(
  { engine, tokenizer }: OpenModel,
  set: MadeSet,
  preset: PresetId,
  own: FieldValues = {},
): Promise<Measured> {
  const started = performance.now();
  const training = presetOptions(preset, set.train.length, own);
  const options = { ...defaultValues(methodSpecs[METHOD].fields), ...builtInDefaults()[METHOD], ...own };
  const adapter = methods[METHOD].bind(options, engine.spec, []);
  const rows = set.train.map((row) =>
    encodeRow(alpacaRow({ ...row, input: "" }), "chat", tokenizer, training.maxLength),
  );
  const data = planTrainingData(rows, training, adapter);
  const random = makeRng(training.seed, data.trainRows);
  const tokenize = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  const state = await AdapterState.of(
    engine.gpu,
    adapter,
    await initialValues(adapter, initContext(engine.tensors, random, tokenize, new Map())),
  );
  const trainer = await Trainer.create(engine, state, {
    shapes: data.shapes,
    evaluationShapes: data.evaluationShapes,
    weightDecay: training.weightDecay,
    maxGradNorm: training.maxGradNorm,
    ...adamDefaults,
  });
  const best = new BestValues(state);
  const losses: number[] = [];
  let steps = 0;
  const plan = {
    ...training,
    totalSteps: data.totalSteps,
    batches: data.batches,
    epoch: data.epoch,
    validation: data.validation,
    validateEvery: training.evalSteps,
  };
  const patience = training.earlyStoppingPatience;
  for await (const report of trainingLoop(trainer, plan)) {
    if (report.type === "step") steps = report.step;
    if (report.type !== "validation") continue;
    losses.push(report.loss);
    await best.add(report.step, report.loss);
    if (patience > 0 && best.progress.measuredSince >= patience) break;
  }
  await engine.gpu.settle();
  if (process.env.CURVES) console.log(`  ${losses.map((loss) => loss.toFixed(2)).join(" ")}`);
  if (training.loadBestModelAtEnd) best.restore();
  trainer.destroy();
  const before = await ask({ engine, tokenizer }, null, set);
  const after = await ask({ engine, tokenizer }, state, set);
  const everydayBefore = await everydayLoss({ engine, tokenizer }, null);
  const everydayAfter = await everydayLoss({ engine, tokenizer }, state);
  state.destroy();
  const seconds = (performance.now() - started) / 1000;
  return {
    rows: set.train.length,
    steps,
    limit: data.totalSteps,
    rate: training.learningRate,
    losses: [losses[0] ?? NaN, Math.min(...losses), losses.at(-1) ?? NaN],
    ...{ before, after, everydayBefore, everydayAfter, seconds },
  };
}

/** Percentage of held-out questions whose greedy answer is right. */
async function ask(
  { engine, tokenizer }: OpenModel,
  state: AdapterState | null,
  set: MadeSet,
): Promise<number> {
  const questions = set.held.map(({ instruction }) => {
    const { ids, endIds } = promptIds([{ role: "user", content: instruction }], "chat", tokenizer);
    const options = { ...defaultGeneration, temperature: 0, maxNewTokens: ANSWER_TOKENS };
    return { prompt: ids, endIds, options, random: makeRng(0) };
  });
  const longest = Math.max(...questions.map(({ prompt }) => prompt.length));
  const decoder = await BatchDecoder.create(engine, state, longest + ANSWER_TOKENS);
  let right = 0;
  for await (const { index, ids } of answerAll(decoder, questions)) {
    const expected = set.held[index] as Example;
    const answer = tokenizer.decode([...ids], { skipSpecialTokens: true });
    const isRight = set.isRight(answer, expected);
    if (process.env.SHOW) console.log(`  ${isRight ? "+" : "-"} ${expected.instruction} -> ${answer}`);
    if (isRight) right++;
  }
  decoder.destroy();
  return Math.round((100 * right) / set.held.length);
}

/** Mean loss per token of the answers to the built-in everyday questions. */
async function everydayLoss({ engine, tokenizer }: OpenModel, state: AdapterState | null): Promise<number> {
  const texts = readPublic<Example[]>("datasets", "everyday.json").map((row) => {
    const { ids, supervised } = encodeRow(alpacaRow({ ...row, input: "" }), "chat", tokenizer, 128);
    const cut = supervised.indexOf(1);
    const measured = [...supervised].slice(cut).map(Boolean);
    return { prompt: [...ids].slice(0, cut), answer: [...ids].slice(cut), measured };
  });
  const longest = Math.max(...texts.map(({ prompt, answer }) => prompt.length + answer.length));
  const decoder = await BatchDecoder.create(engine, state, longest);
  let [sum, tokens] = [0, 0];
  for await (const { logProbabilities } of likelihoods(decoder, texts)) {
    sum -= logProbabilities.reduce((total, value) => total + value, 0);
    tokens += logProbabilities.length;
  }
  decoder.destroy();
  return sum / tokens;
}
