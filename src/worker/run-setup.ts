import { initContext, initialValues } from "../engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { methods } from "../engine/adapters/registry";
import { sameShape } from "../engine/graph/value";
import { canPack, LIKELIHOOD_ONLY } from "../engine/train/batch-inputs";
import { type AnswerObjective, bindObjective } from "../engine/train/objectives";
import { adamDefaults, type TrainerOptions } from "../engine/train/trainer";
import type { EncodedRow } from "../data/encode/encode-row";
import { LuthierError } from "../lib/errors";
import { makeRng } from "../lib/rng";
import { templateOf } from "../shared/data";
import { type ObjectiveChoice, objectiveSpecs } from "../shared/objectives";
import { learnRuleOf, type RunConfig, type TrainingOptions } from "../shared/training";
import type { EncodedRows, EncodedUse } from "./encoded-rows";
import { methodOfRun, readExpertValues } from "./experts";
import { type AdapterHost, readAdapter } from "./kept-adapter";
import { type OtherRows, planTrainingData, type TrainingData } from "./training-data";

/** Everything a run needs that follows from its configuration, before anything is allocated. */
export interface RunSetup {
  /** The requested configuration, with the method's experts resolved. */
  readonly config: RunConfig;
  readonly adapter: Adapter;
  readonly rows: readonly EncodedRow[];
  readonly others: OtherRows;
  /** The requested options, with the maximum length limited to the model's positions and packing only if supported. */
  readonly training: TrainingOptions;
  readonly data: TrainingData;
  /** The objective on preferences; undefined for cross-entropy. */
  readonly objective?: AnswerObjective | undefined;
}

/** Binds the method, encodes the rows and plans their batches. Errors name the invalid field. */
export async function setUpRun(
  session: AdapterHost,
  encoded: EncodedRows,
  config: RunConfig,
  signal?: AbortSignal,
): Promise<RunSetup> {
  const { engine } = session.model;
  const method = await methodOfRun(session, config);
  const adapter = methods[method.id].bind(method.options, engine.spec, method.experts);
  const maxLength = fittingLength(config.training.maxLength, adapter, engine.maxPositions);
  const { objective = null } = config;
  const splitsAnswers = engine.spec.encoder !== undefined;
  if (objective) checkObjective(config, objective, adapter);
  const bound = objective ? bindObjective(objective) : undefined;
  const packing = config.training.packing && !objective && canPack(engine.spec, adapter, maxLength);
  // TRL trains on preferences without dropout of the base model.
  const baseModelDropout = config.training.baseModelDropout === true && !objective;
  const training = { ...config.training, maxLength, packing, baseModelDropout };
  const rule = learnRuleOf(config.training);
  const compares = objective && objectiveSpecs[objective.id].compares;
  const key = { datasetId: config.datasetId, ...templateOf(config), maxLength, ...rule, compares };
  const learnsPrompt = bound?.compares === "pairs" && bound.learnsPrompt && !splitsAnswers;
  const prepare = (some: EncodedRow[]): EncodedRow[] => (learnsPrompt ? some.map(withLearnedPrompt) : some);
  const rows = prepare(await encoded.get(key, signal));
  const { validationDatasetId = null, mixDatasetId = null } = config;
  const rowsOf = async (datasetId: string | null, use: EncodedUse): Promise<EncodedRow[] | null> =>
    datasetId === null ? null : prepare(await encoded.get({ ...key, datasetId }, signal, use));
  const others = {
    validation: await rowsOf(validationDatasetId, "validation"),
    mixed: await rowsOf(mixDatasetId, "mixed"),
  };
  return {
    config: { ...config, method },
    adapter,
    rows,
    others,
    training,
    data: planTrainingData(rows, training, adapter, splitsAnswers, others),
    objective: bound,
  };
}

/** A pair whose chosen answer is learned with its prompt. */
export function withLearnedPrompt(row: EncodedRow): EncodedRow {
  return { ...row, supervised: row.supervised.map((mark) => (mark === 0 ? LIKELIHOOD_ONLY : mark)) };
}

/** Refuses methods and models that do not support objectives on preferences. */
function checkObjective({ method, training }: RunConfig, objective: ObjectiveChoice, adapter: Adapter): void {
  // With a single answer per batch, KTO cannot estimate how far the model has moved.
  if (objectiveSpecs[objective.id].compares === "labels" && training.batchSize < 2)
    throw new LuthierError({ code: "config/labels-need-batch" }, { field: "batchSize" });
  if (!adapter.selection?.samples) return;
  throw new LuthierError(
    { code: "config/preferences-without-selection", method: method.id },
    { field: "objective" },
  );
}

/** Initial adapter values, drawn from the run's seed. */
export async function drawValues(
  session: AdapterHost,
  setup: RunSetup,
): Promise<ReadonlyMap<string, HostTensor>> {
  const { engine, tokenizer } = session.model;
  const random = makeRng(setup.training.seed, setup.data.trainRows);
  const tokenize = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  setup.adapter.checkText?.(tokenize);
  const experts = await readExpertValues(session, setup.config);
  return initialValues(setup.adapter, initContext(engine.tensors, random, tokenize, experts));
}

/** Values that a run starts with: drawn from its seed, or those of the adapter to continue from. */
export async function startValues(
  session: AdapterHost,
  setup: RunSetup,
): Promise<ReadonlyMap<string, HostTensor>> {
  const { continueFrom } = setup.config;
  if (continueFrom === null) return drawValues(session, setup);
  const { summary, values } = await readAdapter(session, continueFrom);
  if (sameParameters(setup.adapter, values)) return values;
  throw new LuthierError(
    { code: "config/other-parameters", adapter: summary.name },
    { field: "continueAdapter" },
  );
}

/** Whether the values match the parameters by name and shape. */
function sameParameters(adapter: Adapter, values: ReadonlyMap<string, HostTensor>): boolean {
  return (
    adapter.parameters.length === values.size &&
    adapter.parameters.every(({ name, shape }) => sameShape(values.get(name)?.shape ?? [], shape))
  );
}

/** Derives the trainer's options. */
export function trainerOptions(
  training: TrainingOptions,
  data: TrainingData,
  objective?: AnswerObjective,
): TrainerOptions {
  return {
    objective,
    shapes: data.shapes,
    evaluationShapes: data.evaluationShapes,
    weightDecay: training.weightDecay,
    maxGradNorm: training.maxGradNorm,
    gradientCheckpointing: training.gradientCheckpointing,
    baseDropout: training.baseModelDropout === true,
    ...adamDefaults,
  };
}

/** Validations during a run, at least, if the options do not set an interval; also at least one an epoch. */
const VALIDATIONS = 5;

/** Optimizer steps between validations. */
export function validationInterval(
  { evalSteps }: Pick<TrainingOptions, "evalSteps">,
  { totalSteps, stepsPerEpoch }: Pick<TrainingData, "totalSteps" | "stepsPerEpoch">,
): number {
  if (evalSteps > 0) return evalSteps;
  return Math.min(stepsPerEpoch, Math.max(1, Math.ceil(totalSteps / VALIDATIONS)));
}

/** Rows are truncated to the model's positions minus the virtual tokens. */
function fittingLength(maxLength: number, adapter: Adapter, maxPositions: number): number {
  const room = maxPositions - adapter.promptLength - adapter.prefixLength;
  if (room >= 8) return Math.min(maxLength, room);
  throw new LuthierError(
    { code: "config/no-room-for-text", positionsLeft: Math.max(0, room), positions: maxPositions },
    { field: "num_virtual_tokens" },
  );
}
