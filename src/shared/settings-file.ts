import * as v from "valibot";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import { count, form, objectOf, tryParse } from "../lib/schema";
import { TEMPLATE_IDS, type TemplateId } from "./data";
import { type Field, fieldFault, type FieldValue, type FieldValues } from "./fields";
import { generationFields } from "./generation";
import { METHOD_IDS, type MethodId, methodSpecs } from "./methods";
import { NF4_BLOCK_SIZES, type Quantization } from "./model";
import { type Goal, GOALS, OBJECTIVE_IDS, type ObjectiveId, objectiveSpecs } from "./objectives";
import { trainingFields } from "./training";

/** The key that tells a settings file from others; its value is the version. */
export const SETTINGS_KEY = "luthier-settings";
export const SETTINGS_VERSION = 1;

/** Larger files are not settings. */
export const MAX_SETTINGS_BYTES = 200_000;

/** A named thing with its options. */
export interface Chosen<Id> {
  readonly id: Id;
  readonly options: FieldValues;
}

/** The whole configuration of the studio, without data. Absent parts of a file leave the studio's own as they are. */
export interface StudioSettings {
  /** The base model: its repository, if it has one, and its title. */
  readonly model?:
    { readonly repository?: string | undefined; readonly title?: string | undefined } | undefined;
  readonly quantization?: Quantization | null | undefined;
  /** Null for the model's own template; `source` is the Jinja of a custom one. */
  readonly template?: { readonly id: TemplateId | null; readonly source?: string | undefined } | undefined;
  /** What is learned; null for what suits the data. */
  readonly goal?: Goal | null | undefined;
  readonly objective?: Chosen<ObjectiveId> | undefined;
  readonly method?: Chosen<MethodId> | undefined;
  readonly training?: FieldValues | undefined;
  readonly answers?: FieldValues | undefined;
}

/** Training options of a settings file: an adapter to continue from is not one of its parts. */
export const settingsTrainingFields = trainingFields.filter(({ name }) => name !== "continueAdapter");

const option = v.union([
  v.string(),
  v.boolean(),
  v.pipe(v.number(), v.finite()),
  v.pipe(v.custom<{ within: string }>(isRecord, form("object")), v.object({ within: v.string() })),
]);
const options = v.optional(
  v.pipe(v.custom<Record<string, unknown>>(isRecord, form("object")), v.record(v.string(), option)),
);

/** Keys besides options; unknown ones are found before, and options are checked against their fields. */
const schema = objectOf({
  [SETTINGS_KEY]: count,
  model: v.optional(objectOf({ repository: v.optional(v.string()), title: v.optional(v.string()) })),
  quantization: v.optional(
    v.nullable(
      objectOf({
        type: v.literal("nf4"),
        blockSize: v.picklist(NF4_BLOCK_SIZES),
        doubleQuantization: v.boolean(),
      }),
    ),
  ),
  template: v.optional(
    objectOf({ id: v.nullable(v.picklist(TEMPLATE_IDS)), source: v.optional(v.string()) }),
  ),
  goal: v.optional(v.nullable(v.picklist(GOALS))),
  objective: v.optional(objectOf({ id: v.picklist(OBJECTIVE_IDS), options })),
  method: v.optional(objectOf({ id: v.picklist(METHOD_IDS), options })),
  training: options,
  answers: options,
});

/**
 * Reads untrusted settings.
 *
 * @param file its name for messages; null for a link
 * @throws LuthierError("settings/…") naming unknown keys, or the first invalid value
 */
export function readStudioSettings(value: unknown, file: string | null): StudioSettings {
  if (!isRecord(value) || !Object.hasOwn(value, SETTINGS_KEY))
    throw new LuthierError({ code: "settings/other-file", file });
  const { fault, value: read } = tryParse(schema, value);
  if (fault) throw new LuthierError({ code: "settings/value", file, fault });
  const version = read[SETTINGS_KEY];
  if (version !== SETTINGS_VERSION)
    throw new LuthierError({ code: "settings/version", file, version, known: SETTINGS_VERSION });
  const method = read.method && { id: read.method.id, options: read.method.options ?? {} };
  const objective = read.objective && { id: read.objective.id, options: read.objective.options ?? {} };
  const keys = unknownKeys(value, method?.id, objective?.id);
  if (keys.length > 0) throw new LuthierError({ code: "settings/unknown-keys", file, keys });
  if (method) checkOptions("method.options", methodSpecs[method.id].fields, method.options, file);
  if (objective)
    checkOptions("objective.options", objectiveSpecs[objective.id].fields, objective.options, file);
  checkOptions("training", settingsTrainingFields, read.training, file);
  checkOptions("answers", generationFields, read.answers, file);
  const { model, quantization, template, goal, training, answers } = read;
  return { model, quantization, template, goal, objective, method, training, answers };
}

function checkOptions(
  path: string,
  fields: readonly Field[],
  values: Readonly<Record<string, FieldValue>> | undefined,
  file: string | null,
): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    const field = fields.find((known) => known.name === name);
    const fault = field && fieldFault(field, value);
    if (fault) throw new LuthierError({ code: "settings/option", file, option: `${path}.${name}`, fault });
  }
}

/** Known keys by path. */
function knownKeys(method: MethodId | undefined, objective: ObjectiveId | undefined) {
  const names = (fields: readonly Field[]): string[] => fields.map(({ name }) => name);
  return {
    "": [
      SETTINGS_KEY,
      "model",
      "quantization",
      "template",
      "goal",
      "objective",
      "method",
      "training",
      "answers",
    ],
    model: ["repository", "title"],
    quantization: ["type", "blockSize", "doubleQuantization"],
    template: ["id", "source"],
    objective: ["id", "options"],
    "objective.options": objective ? names(objectiveSpecs[objective].fields) : [],
    method: ["id", "options"],
    "method.options": method ? names(methodSpecs[method].fields) : [],
    training: names(settingsTrainingFields),
    answers: names(generationFields),
  } as const;
}

function unknownKeys(
  value: Readonly<Record<string, unknown>>,
  method: MethodId | undefined,
  objective: ObjectiveId | undefined,
): string[] {
  return Object.entries(knownKeys(method, objective)).flatMap(([path, known]) => {
    const inside = path === "" ? value : path.split(".").reduce<unknown>(partOf, value);
    if (!isRecord(inside)) return [];
    const extra = Object.keys(inside).filter((key) => !known.some((name) => name === key));
    return extra.map((key) => (path === "" ? key : `${path}.${key}`));
  });
}

function partOf(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

/** Settings as the object that is written to a file. */
export function settingsDocument(settings: StudioSettings): Readonly<Record<string, unknown>> {
  return { [SETTINGS_KEY]: SETTINGS_VERSION, ...settings };
}
