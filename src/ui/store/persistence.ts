import { TEMPLATE_IDS } from "../../spec/data";
import type { FieldValue, FieldValues } from "../../spec/fields";
import { METHOD_IDS } from "../../spec/methods";
import { NF4_BLOCK_SIZES, type Quantization } from "../../spec/model";
import { PRESETS, type StudioState } from "./state";

/** What survives a reload, beside what the worker itself keeps (datasets, weights, the adapter). */
export type Settings = Pick<
  StudioState,
  | "datasetId"
  | "sampleOf"
  | "templateId"
  | "modelId"
  | "quantization"
  | "hubEndpoint"
  | "methodId"
  | "methodEdits"
  | "preset"
  | "trainingEdits"
  | "generationEdits"
  | "markDifferences"
  | "showHints"
  | "keepAwake"
  | "notifyWhenDone"
>;

export function toSettings(state: StudioState): Settings {
  const { datasetId, sampleOf, templateId, modelId, methodId, methodEdits, preset, trainingEdits } = state;
  const { hubEndpoint, quantization } = state;
  const { generationEdits, markDifferences, showHints, keepAwake, notifyWhenDone } = state;
  return {
    datasetId,
    sampleOf,
    templateId,
    modelId,
    methodId,
    methodEdits,
    preset,
    trainingEdits,
    hubEndpoint,
    quantization,
    generationEdits,
    markDifferences,
    showHints,
    keepAwake,
    notifyWhenDone,
  };
}

/** What of a stored value is well formed; the rest falls back to the defaults. */
export function readSettings(stored: unknown): Partial<Settings> {
  if (!isRecord(stored)) return {};
  const methodEdits = isRecord(stored.methodEdits) ? stored.methodEdits : {};
  return {
    ...optional("datasetId", textOrNull(stored.datasetId)),
    ...optional("modelId", textOrNull(stored.modelId)),
    ...optional("quantization", readQuantization(stored.quantization)),
    ...optional("hubEndpoint", textOrNull(stored.hubEndpoint) ?? undefined),
    sampleOf: entries(stored.sampleOf, (value) => typeof value === "string"),
    ...optional("templateId", oneOf(TEMPLATE_IDS, stored.templateId)),
    ...optional("methodId", oneOf(METHOD_IDS, stored.methodId)),
    ...optional("preset", oneOf(PRESETS, stored.preset)),
    methodEdits: Object.fromEntries(METHOD_IDS.map((id) => [id, readValues(methodEdits[id])])),
    trainingEdits: readValues(stored.trainingEdits),
    generationEdits: readValues(stored.generationEdits),
    ...optional("markDifferences", flag(stored.markDifferences)),
    ...optional("showHints", flag(stored.showHints)),
    ...optional("keepAwake", flag(stored.keepAwake)),
    ...optional("notifyWhenDone", flag(stored.notifyWhenDone)),
  };
}

function readQuantization(stored: unknown): Quantization | null | undefined {
  if (stored === null) return null;
  if (!isRecord(stored) || stored.type !== "nf4") return undefined;
  const blockSize = NF4_BLOCK_SIZES.find((size) => size === stored.blockSize);
  const doubleQuantization = flag(stored.doubleQuantization);
  if (blockSize === undefined || doubleQuantization === undefined) return undefined;
  return { type: "nf4", blockSize, doubleQuantization };
}

function readValues(stored: unknown): FieldValues {
  return entries(
    stored,
    (value): value is FieldValue =>
      typeof value === "string" ||
      typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value)),
  );
}

function entries<T>(stored: unknown, fits: (value: unknown) => value is T): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const [name, value] of Object.entries(isRecord(stored) ? stored : {}))
    if (fits(value)) kept[name] = value;
  return kept;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOrNull(value: unknown): string | null | undefined {
  return typeof value === "string" || value === null ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function oneOf<T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

function optional<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  const part: Partial<Record<Name, T>> = {};
  if (value !== undefined) part[name] = value;
  return part;
}
