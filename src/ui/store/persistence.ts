import * as v from "valibot";
import { recordOf } from "../../lib/schema";
import { TEMPLATE_IDS } from "../../shared/data";
import type { FieldValue, FieldValues } from "../../shared/fields";
import { METHOD_IDS } from "../../shared/methods";
import { NF4_BLOCK_SIZES } from "../../shared/model";
import { GOALS, OBJECTIVE_IDS } from "../../shared/objectives";
import { PRESETS } from "../../shared/presets";
import type { StudioState } from "./state";
import { STEPS } from "./steps";

/** Undefined if a setting is missing or malformed, so that its default applies. */
function orDefault<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

/** Keeps the well-formed entries and drops the others. */
function entriesOf<const Schema extends v.GenericSchema>(schema: Schema) {
  const wellFormed = (entries: Record<string, unknown>): Record<string, v.InferOutput<Schema>> =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => v.is(schema, value)));
  const entries = v.pipe(recordOf(v.unknown()), v.transform(wellFormed));
  return v.optional(v.fallback(entries, {}), {});
}

const simpleValues = [v.string(), v.boolean(), v.pipe(v.number(), v.finite())] as const;
const expertsWithin = v.object({ within: v.string() });
const methodValues = v.pipe(
  entriesOf(v.union([...simpleValues, expertsWithin])),
  v.transform((values): FieldValues =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withinOf(value)])),
  ),
);

/** Earlier versions stored {@link ExpertsWithin} as a string with a prefixed id. */
function withinOf(value: FieldValue): FieldValue {
  const [, within] = typeof value === "string" ? (/^within:(.+)$/.exec(value) ?? []) : [];
  return within === undefined ? value : { within };
}

const fieldValues = entriesOf(v.union(simpleValues));
const methodEdits = v.object(Object.fromEntries(METHOD_IDS.map((id) => [id, methodValues])));

const objectiveEdits = v.object(Object.fromEntries(OBJECTIVE_IDS.map((id) => [id, fieldValues])));

const quantization = v.object({
  type: v.literal("nf4"),
  blockSize: v.picklist(NF4_BLOCK_SIZES),
  doubleQuantization: v.boolean(),
});

const settings = v.object({
  datasetId: orDefault(v.nullable(v.string())),
  sampleOf: entriesOf(v.string()),
  templateId: orDefault(v.picklist(TEMPLATE_IDS)),
  templateSource: orDefault(v.nullable(v.string())),
  modelId: orDefault(v.nullable(v.string())),
  hungModel: orDefault(v.nullable(v.string())),
  quantization: orDefault(v.nullable(quantization)),
  hubEndpoint: orDefault(v.string()),
  methodId: orDefault(v.picklist(METHOD_IDS)),
  methodEdits: v.optional(v.fallback(methodEdits, v.parse(methodEdits, {})), {}),
  goalChoice: orDefault(v.nullable(v.picklist(GOALS))),
  objectiveId: orDefault(v.picklist(OBJECTIVE_IDS)),
  objectiveEdits: v.optional(v.fallback(objectiveEdits, v.parse(objectiveEdits, {})), {}),
  preset: orDefault(v.picklist(PRESETS)),
  trainingEdits: fieldValues,
  mixDatasetId: orDefault(v.nullable(v.string())),
  generationEdits: fieldValues,
  systemPrompt: orDefault(v.string()),
  stopText: orDefault(v.string()),
  endLoops: orDefault(v.boolean()),
  markDifferences: orDefault(v.boolean()),
  showHints: orDefault(v.boolean()),
  keepAwake: orDefault(v.boolean()),
  notifyWhenDone: orDefault(v.boolean()),
  openSteps: orDefault(v.array(v.picklist(STEPS))),
  keepsStepsOpen: orDefault(v.boolean()),
});

/** Settings that survive a reload, in addition to what the worker stores (datasets, weights, adapters). */
export type Settings = Pick<StudioState, keyof typeof settings.entries>;

const settingNames = Object.keys(settings.entries) as (keyof Settings)[];

export function toSettings(state: StudioState): Settings {
  return Object.fromEntries(settingNames.map((name) => [name, state[name]])) as Settings;
}

/** The well-formed parts of stored settings; everything else falls back to defaults. */
export function readSettings(stored: unknown): Partial<Settings> {
  const read = v.safeParse(settings, stored);
  return read.success ? withoutUndefined(read.output) : {};
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Drops undefined entries. */
export function withoutUndefined<T extends object>(values: T): Defined<T> {
  const defined: Defined<T> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) defined[key] = value as Defined<T>[typeof key];
  }
  return defined;
}
