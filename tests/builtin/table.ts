import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { trainableCount } from "../../src/engine/adapters/adapter-state";
import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { parameterCount } from "../../src/engine/nn/model-spec";
import { peftFiles } from "../../src/export/peft";
import { LuthierError } from "../../src/lib/errors";
import { defined } from "../../src/lib/invariant";
import type { FieldValues } from "../../src/shared/fields";
import {
  builtInDefaults,
  openBuiltIn,
  type OpenModel,
  readHeldOut,
  readSamples,
  type Sample,
} from "./built-in";
import {
  type Experiment,
  makeTrainer,
  planExperiment,
  runExperiment,
  scoreAnswers,
  startState,
  type TrainedExpert,
} from "./experiment";
import { putIntoDocs } from "../support/docs-table";
import {
  builtOn,
  entries,
  type Entry,
  formatRow,
  formatTable,
  HEAD,
  type Row,
  type Rows,
  shortfall,
} from "./method-table";

const RESULTS = "tests/builtin/methods.json";

const USAGE = `npm run table:methods [-- NAME …]        measures the methods named, or all; keeps the rows in ${RESULTS} and the docs
npm run table:methods -- --print         prints the rows that are kept
npm run table:methods -- NAME option=value …   tries options; keeps nothing
Names: ${entries.map(({ key }) => key).join(", ")}`;

/**
 * Trains the built-in model with every method of the registry on the dataset of the new voice, with the page's
 * defaults, and prints each line as soon as it is measured. Returns 1 if a method has not learned the voice.
 */
export async function main(words: string[]): Promise<number> {
  const names = words.filter((word) => !word.startsWith("--") && !word.includes("="));
  const tried = readOptions(words.filter((word) => word.includes("=")));
  const unknown = names.filter((name) => !entries.some(({ key }) => key === name));
  if (unknown.length > 0 || words.includes("--help")) {
    console.log(unknown.length > 0 ? `No method is called ${unknown.join(", ")}.\n${USAGE}` : USAGE);
    return unknown.length > 0 ? 1 : 0;
  }
  const failed: string[] = [];
  if (!words.includes("--print")) {
    console.log(HEAD);
    for (const entry of entries) {
      if (names.length > 0 && !names.includes(entry.key)) continue;
      const row = await measureRow(entry, tried);
      console.log(formatRow(entry, row, keptRows()));
      const problem = shortfall(row);
      if (problem !== null) failed.push(`${entry.key}: ${problem}; its row is not kept.`);
      else if (Object.keys(tried).length === 0) keep(entry, row);
    }
  }
  if (Object.keys(tried).length === 0) {
    console.log(`\n${formatTable(keptRows())}`);
    putIntoDocs("table:methods", formatTable(keptRows()));
  }
  for (const line of failed) console.error(line);
  return failed.length > 0 ? 1 : 0;
}

/** Held-out prompts that are answered; the loss uses all of them. */
const PROMPTS = 20;

async function measureRow(entry: Entry, tried: FieldValues): Promise<Row> {
  const sample = defined(readSamples()[0], "a sample dataset");
  const model = await modelOf(entry.quantization);
  const experts = await trainExperts(model, entry);
  const experiment = planOrRefusal(model, sample, entry, tried, experts);
  if (typeof experiment === "string") return { refused: experiment };
  const { adapter } = experiment;
  const base = await measureBase(model, sample);
  const state = await startState(experiment);
  const outcome = await runExperiment(experiment, state, 0);
  const trainable = trainableCount(adapter);
  const row = {
    trainable,
    share: trainable / parameterCount(model.engine.spec),
    lossBefore: base.loss,
    lossAfter: defined(outcome.losses.at(-1), "a loss"),
    scoreBefore: base.score,
    scoreAfter: await scoreAnswers(model, state, readHeldOut(sample).slice(0, PROMPTS)),
    stepMs: outcome.stepMs,
    bytes: await exportedBytes(experiment, state),
  };
  state.destroy();
  return row;
}

/** Trains the adapters a method builds on, each on its own dataset with its own defaults. */
async function trainExperts(model: OpenModel, { method }: Entry): Promise<TrainedExpert[]> {
  const experts: TrainedExpert[] = [];
  for (const { method: id, dataset } of builtOn[method] ?? []) {
    const sample = defined(
      readSamples().find((known) => known.id === dataset),
      dataset,
    );
    const experiment = planExperiment(model, sample, id, builtInDefaults()[id]);
    const state = await startState(experiment);
    await runExperiment(experiment, state, 0);
    const tensors = experiment.adapter.exportTensors(await state.read());
    experts.push({ name: `${id}-${dataset}`, config: experiment.adapter.config, tensors });
    state.destroy();
  }
  return experts;
}

const models = new Map<string, Promise<OpenModel>>();

function modelOf(quantization: Entry["quantization"]): Promise<OpenModel> {
  const key = JSON.stringify(quantization);
  const known = models.get(key) ?? openBuiltIn(quantization);
  models.set(key, known);
  return known;
}

function planOrRefusal(
  model: OpenModel,
  sample: Sample,
  { method, options }: Entry,
  tried: FieldValues,
  experts: readonly TrainedExpert[],
): Experiment | string {
  const own = { ...builtInDefaults()[method], ...options, ...tried };
  try {
    return planExperiment(model, sample, method, own, experts);
  } catch (error) {
    if (error instanceof LuthierError) return error.what;
    throw error;
  }
}

const bases = new Map<OpenModel, Promise<{ loss: number; score: number }>>();

/** The model without an adapter, measured once. */
function measureBase(model: OpenModel, sample: Sample): Promise<{ loss: number; score: number }> {
  const known = bases.get(model) ?? measure();
  bases.set(model, known);
  return known;

  async function measure(): Promise<{ loss: number; score: number }> {
    // An untrained LoRA equals the base model exactly.
    const experiment = planExperiment(model, sample, "lora");
    const state = await startState(experiment);
    const trainer = await makeTrainer(experiment, state);
    const { loss } = await trainer.evaluate(experiment.heldOut.batches);
    trainer.destroy();
    state.destroy();
    return { loss, score: await scoreAnswers(model, null, readHeldOut(sample).slice(0, PROMPTS)) };
  }
}

/** Bytes of the exported folder, excluding its model card. */
async function exportedBytes({ adapter }: Experiment, state: AdapterState): Promise<number> {
  const files = peftFiles(adapter, await state.read(), "spruce");
  return [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}

function keptRows(): Rows {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Rows) : {};
}

/** Writes one row into the results, in the table's order. */
function keep({ key }: Entry, row: Row): void {
  const rows: Rows = { ...keptRows(), [key]: row };
  const ordered = entries.flatMap(({ key }) => (rows[key] ? [[key, rows[key]] as const] : []));
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`);
}

function readOptions(words: readonly string[]): FieldValues {
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", value = ""] = word.split(/=(.*)/s);
      const number = Number(value);
      return [
        name,
        value === "true" || value === "false" ? value === "true" : Number.isNaN(number) ? value : number,
      ];
    }),
  );
}
