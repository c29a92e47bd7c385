import type { Problem } from "../../lib/problems/problem";
import { defaultValues, fieldFault, type Field, type FieldValues } from "../../shared/fields";
import { generationFields, type GenerationOptions } from "../../shared/generation";
import { methodSpecs, type MethodId } from "../../shared/methods";
import type { ModelSummary } from "../../shared/model";
import {
  BEST_BY,
  LEARN_FROM,
  SCHEDULES,
  THOUGHTS,
  trainingFields,
  type TrainingOptions,
} from "../../shared/training";
import { NO_FACTS, type PresetFacts, type PresetId, presetTraining } from "../../shared/presets";

/** Why a field's value is invalid, by field name. */
export type FieldProblems = Readonly<Record<string, Problem>>;

/** Values of a method's form: its defaults, then the model's recommendations, then the user's edits. */
export function methodValues(
  id: MethodId,
  model: ModelSummary | null,
  edits: FieldValues | undefined,
): FieldValues {
  const { fields } = methodSpecs[id];
  return { ...defaultValues(fields), ...suiting(fields, model?.defaults[id]), ...edits };
}

/** Values of the training form under a preset, before the user's edits. */
export function presetValues(
  preset: PresetId,
  id: MethodId,
  model: ModelSummary | null,
  facts: PresetFacts = NO_FACTS,
): FieldValues {
  const recommended = suiting(trainingFields, model?.defaults[id]);
  const base = {
    ...defaultValues(trainingFields),
    learningRate: methodSpecs[id].learningRate.default,
    ...recommended,
  };
  return presetTraining(preset, base, { ...facts, isRateForShortRuns: "learningRate" in recommended });
}

function suiting(fields: readonly Field[], defaults: FieldValues | undefined): FieldValues {
  if (!defaults) return {};
  const names = new Set(fields.map((field) => field.name));
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => names.has(name)));
}

/** Problems of a form by field name; hidden fields are not checked. */
export function formProblems(fields: readonly Field[], values: FieldValues): FieldProblems {
  const problems: Record<string, Problem> = {};
  for (const field of fields) {
    if (!isShown(field, values)) continue;
    const fault = fieldFault(field, values[field.name] ?? field.default);
    if (fault) problems[field.name] = { code: "config/field", field: field.name, fault };
  }
  return problems;
}

/** Whether a field is part of the form under these values. */
export function isShown(field: Field, values: FieldValues): boolean {
  return field.when === undefined || values[field.when.field] === field.when.equals;
}

/** Converts a form's values to training options, or null while any is invalid. */
export function toTrainingOptions(values: FieldValues): TrainingOptions | null {
  if (Object.keys(formProblems(trainingFields, values)).length > 0) return null;
  const schedule = SCHEDULES.find((name) => name === values.schedule);
  const learnFrom = LEARN_FROM.find((name) => name === values.learnFrom);
  const thoughts = THOUGHTS.find((name) => name === values.thoughts);
  const metricForBestModel = BEST_BY.find((name) => name === values.metricForBestModel);
  if (!schedule || !learnFrom || !thoughts || !metricForBestModel) return null;
  return {
    epochs: Number(values.epochs),
    maxSteps: Number(values.maxSteps),
    maxMinutes: Number(values.maxMinutes),
    batchSize: Number(values.batchSize),
    gradientAccumulation: Number(values.gradientAccumulation),
    learningRate: Number(values.learningRate),
    weightDecay: Number(values.weightDecay),
    warmupSteps: Number(values.warmupSteps),
    schedule,
    maxGradNorm: Number(values.maxGradNorm),
    maxLength: Number(values.maxLength),
    learnFrom,
    thoughts,
    mixShare: Number(values.mixShare),
    validationSplit: Number(values.validationSplit),
    evalSteps: Number(values.evalSteps),
    loadBestModelAtEnd: values.loadBestModelAtEnd === true,
    earlyStoppingPatience: Number(values.earlyStoppingPatience),
    metricForBestModel,
    scoreRows: Number(values.scoreRows),
    keepCheckpoints: Number(values.keepCheckpoints),
    sampleRows: Number(values.sampleRows),
    sampleEvery: Number(values.sampleEvery),
    seed: Number(values.seed),
    packing: values.packing === true,
    gradientCheckpointing: values.gradientCheckpointing === true,
    baseModelDropout: values.baseModelDropout === true,
    continueAdapter: values.continueAdapter === true,
  };
}

/** Values of the generation form. */
export function generationValues(edits: FieldValues): FieldValues {
  return { ...defaultValues(generationFields), ...edits };
}

/** Generation options, or null while any value is invalid. */
export function toGenerationOptions(values: FieldValues): GenerationOptions | null {
  if (Object.keys(formProblems(generationFields, values)).length > 0) return null;
  return {
    temperature: Number(values.temperature),
    topP: Number(values.topP),
    topK: Number(values.topK),
    repetitionPenalty: Number(values.repetitionPenalty),
    noRepeatNgramSize: Number(values.noRepeatNgramSize),
    maxNewTokens: Number(values.maxNewTokens),
    seed: Number(values.seed),
  };
}
