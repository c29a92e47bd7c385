import { mergeChanges } from "../engine/adapters/merged-model";
import type { BaseChange } from "../engine/adapters/common/method";
import type { BaseFacts } from "../export/base-facts";
import type { ExportSource } from "../export/entry";
import type { CardRecord } from "../export/card-record";
import type { CardRun } from "../export/model-card";
import { promptFormat } from "../export/prompt-format";
import { templateTitles } from "../export/english/titles";
import { type PromptTemplate, templateOf } from "../shared/data";
import type { RunConfig } from "../shared/training";
import { product } from "../lib/numbers";
import { DEFAULT_HUB_ENDPOINT } from "../shared/hub";
import { findDataset, readRows } from "../storage/datasets";
import { loadEvaluation } from "../storage/evaluations";
import { loadHeldOut, loadRunDetails } from "../storage/run-records";
import type { ActiveModel, AdapterRun } from "./active";
import { type AdapterHost, readAdapter } from "./kept-adapter";
import type { EncodedRows } from "./encoded-rows";
import { findOptimizer } from "./optimizer-state";
import { runOfAdapter } from "./run-library";
import { setUpRun, startValues } from "./run-setup";
import { offerRun, wholeRun } from "./training-run";

/** An adapter as a source of exports, and the base name of the exported files. */
export interface FoundSource {
  readonly source: ExportSource;
  readonly name: string;
}

/**
 * Finds an adapter of the library with its base model.
 *
 * @param template prompt template for adapters without a training run
 * @throws LuthierError if there is no adapter with that id
 */
export async function exportSource(
  session: AdapterHost,
  encoded: EncodedRows,
  id: string,
  template: PromptTemplate,
): Promise<FoundSource> {
  const { model } = session;
  const { summary, run, adapter, values } = await readAdapter(session, id);
  const used = run ? templateOf(run.config) : template;
  let changes: Promise<ReadonlyMap<string, BaseChange>> | null = null;
  const source: ExportSource = {
    model: model.engine,
    folder: model.folder,
    tokenizer: model.tokenizer,
    base: baseFacts(model),
    adapter,
    adapterName: summary.name,
    methodId: summary.method.id,
    trainableParameters: summary.trainableParameters,
    adapterBytes: summary.sizeBytes,
    run: run && cardRun(run, summary),
    prompt: promptFormat(used, model.tokenizer, run ? await sharedSystem(run.config.datasetId) : ""),
    values: async () => values,
    changes: () => (changes ??= Promise.resolve().then(() => mergeChanges(adapter, values))),
    training: run && (await offerRun(session, encoded, id, run.config)),
    record: () => cardRecord(id),
    optimizer: () => findOptimizer(session, id),
  };
  return { source, name: fileName(model.summary.title, summary.name) };
}

/**
 * A run that has not begun, as a source of exports that train it elsewhere.
 *
 * @param name of the adapter to be
 * @throws LuthierError naming the invalid field
 */
export async function plannedSource(
  session: AdapterHost,
  encoded: EncodedRows,
  config: RunConfig,
  name: string,
  signal: AbortSignal,
): Promise<FoundSource> {
  const { model } = session;
  const setup = await setUpRun(session, encoded, config, signal);
  const start = await startValues(session, setup);
  const { adapter } = setup;
  const dataset = await findDataset(config.datasetId);
  const mixed = config.mixDatasetId ? await findDataset(config.mixDatasetId) : null;
  const trainable = adapter.parameters.reduce((sum, { shape }) => sum + product(shape), 0);
  const source: ExportSource = {
    model: model.engine,
    folder: model.folder,
    tokenizer: model.tokenizer,
    base: baseFacts(model),
    adapter,
    adapterName: name,
    methodId: config.method.id,
    trainableParameters: trainable,
    adapterBytes: 4 * trainable,
    run: cardRun(
      {
        config: setup.config,
        datasetName: dataset.name,
        datasetRows: setup.rows.length,
        ...(mixed && { mixedName: mixed.name }),
      },
      { steps: 0, finalLoss: null, validationLoss: null },
    ),
    prompt: promptFormat(templateOf(config), model.tokenizer, await sharedSystem(config.datasetId)),
    values: async () => start,
    changes: async () => mergeChanges(adapter, start),
    training: {
      problem: null,
      dataBytes: dataset.sizeBytes,
      load: () => wholeRun(session, setup, start, []),
    },
    record: async () => null,
    optimizer: async () => null,
  };
  return { source, name: fileName(model.summary.title, name) };
}

/** Name of exported files, without extension. */
function fileName(model: string, adapter: string): string {
  return `${model}-${adapter}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
}

function baseFacts({ summary, origin }: ActiveModel): BaseFacts {
  const { title, license, autoModel, family } = summary;
  return {
    title,
    repository: origin?.repository ?? null,
    commit: origin?.commit ?? null,
    endpoint: origin?.endpoint ?? DEFAULT_HUB_ENDPOINT,
    license,
    autoModel,
    family,
  };
}

function cardRun(
  { config, ...data }: AdapterRun,
  { steps, finalLoss, validationLoss }: Pick<CardRun, "steps" | "finalLoss" | "validationLoss">,
): CardRun {
  const templateTitle = templateTitles[config.templateId];
  return { config, ...data, templateTitle, steps, finalLoss, validationLoss };
}

/** What is kept of an adapter's run and of its scorecard. */
async function cardRecord(id: string): Promise<CardRecord | null> {
  const run = await runOfAdapter(id);
  if (!run) return null;
  const [history, heldOut, evaluation] = await Promise.all([
    loadRunDetails(run.id),
    loadHeldOut(run.id),
    loadEvaluation(id),
  ]);
  const { tokens, elapsedMs, environment } = run;
  return {
    history,
    heldOut: heldOut?.indices.length ?? 0,
    tokens,
    elapsedMs,
    gpu: environment.gpu,
    evaluation,
  };
}

/** Number of rows examined for a common system prompt. */
const EXAMINED_ROWS = 500;

/** The system prompt shared by the dataset's first rows, or "" if they differ or the dataset is gone. */
async function sharedSystem(datasetId: string): Promise<string> {
  try {
    const rows = await readRows(datasetId, 0, EXAMINED_ROWS);
    const systems = rows.map((row) => (row.kind === "text" ? "" : (row.system ?? "")));
    const [first = ""] = systems;
    return systems.every((system) => system === first) ? first : "";
  } catch {
    return "";
  }
}
