import type { Field, FieldValues } from "./fields";
import { diffPruningFields } from "./methods/diff-pruning";
import { fishmaskFields } from "./methods/fishmask";
import { houlsbyFields, madXLanguageFields, madXTaskFields, pfeifferFields } from "./methods/bottleneck";
import { fusionFields } from "./methods/fusion";
import { ia3Fields } from "./methods/ia3";
import { kronaFields } from "./methods/krona";
import { lohaFields } from "./methods/loha";
import { lokrFields } from "./methods/lokr";
import { lastLayersFields } from "./methods/last-layers";
import { loraFields } from "./methods/lora";
import { pTuningFields } from "./methods/p-tuning";
import { pTuningV2Fields } from "./methods/p-tuning-v2";
import { prefixTuningFields } from "./methods/prefix-tuning";
import { promptTuningFields } from "./methods/prompt-tuning";
import { xloraFields } from "./methods/xlora";
import { saidFields } from "./methods/said";

/** Training methods. */
export const METHOD_IDS = [
  "lora",
  "loha",
  "lokr",
  "krona",
  "said",
  "ia3",
  "prefix-tuning",
  "prompt-tuning",
  "p-tuning",
  "p-tuning-v2",
  "bitfit",
  "fishmask",
  "diff-pruning",
  "last-layers",
  "full",
  "houlsby",
  "pfeiffer",
  "mad-x-language",
  "mad-x-task",
  "fusion",
  "xlora",
] as const;
export type MethodId = (typeof METHOD_IDS)[number];

/** Groups of methods on the page. */
export type MethodGroup = "reparameterised" | "scaling" | "soft-prompts" | "parts" | "bottlenecks";

/** Description of a method for the page. */
export interface MethodSpec {
  readonly id: MethodId;
  readonly group: MethodGroup;
  readonly fields: readonly Field[];
  /** Default learning rate and usual range. */
  readonly learningRate: { readonly default: number; readonly low: number; readonly high: number };
}

/** A trained adapter that another one builds on. */
export interface Expert {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A method with its options. */
export interface MethodChoice {
  readonly id: MethodId;
  readonly options: FieldValues;
  /** Adapters it builds on, if known without the library. */
  readonly experts?: readonly Expert[];
}

const specs = {
  lora: {
    id: "lora",
    group: "reparameterised",
    fields: loraFields,
    learningRate: { default: 2e-4, low: 1e-5, high: 5e-3 },
  },
  loha: {
    id: "loha",
    group: "reparameterised",
    fields: lohaFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  lokr: {
    id: "lokr",
    group: "reparameterised",
    fields: lokrFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  krona: {
    id: "krona",
    group: "reparameterised",
    fields: kronaFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 2e-2 },
  },
  said: {
    id: "said",
    group: "reparameterised",
    fields: saidFields,
    learningRate: { default: 1e-2, low: 1e-4, high: 1e-1 },
  },
  ia3: {
    id: "ia3",
    group: "scaling",
    fields: ia3Fields,
    learningRate: { default: 8e-3, low: 1e-4, high: 1e-1 },
  },
  "prefix-tuning": {
    id: "prefix-tuning",
    group: "soft-prompts",
    fields: prefixTuningFields,
    learningRate: { default: 1e-2, low: 1e-4, high: 5e-2 },
  },
  "prompt-tuning": {
    id: "prompt-tuning",
    group: "soft-prompts",
    fields: promptTuningFields,
    learningRate: { default: 3e-2, low: 1e-3, high: 3e-1 },
  },
  "p-tuning": {
    id: "p-tuning",
    group: "soft-prompts",
    fields: pTuningFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 3e-2 },
  },
  "p-tuning-v2": {
    id: "p-tuning-v2",
    group: "soft-prompts",
    fields: pTuningV2Fields,
    learningRate: { default: 1e-2, low: 1e-4, high: 5e-2 },
  },
  bitfit: {
    id: "bitfit",
    group: "parts",
    fields: [],
    learningRate: { default: 5e-3, low: 1e-4, high: 5e-2 },
  },
  fishmask: {
    id: "fishmask",
    group: "parts",
    fields: fishmaskFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-1 },
  },
  "diff-pruning": {
    id: "diff-pruning",
    group: "parts",
    fields: diffPruningFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-2 },
  },
  "last-layers": {
    id: "last-layers",
    group: "parts",
    fields: lastLayersFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 1e-2 },
  },
  full: {
    id: "full",
    group: "parts",
    fields: [],
    learningRate: { default: 3e-4, low: 1e-6, high: 3e-3 },
  },
  houlsby: {
    id: "houlsby",
    group: "bottlenecks",
    fields: houlsbyFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  pfeiffer: {
    id: "pfeiffer",
    group: "bottlenecks",
    fields: pfeifferFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  "mad-x-language": {
    id: "mad-x-language",
    group: "bottlenecks",
    fields: madXLanguageFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  "mad-x-task": {
    id: "mad-x-task",
    group: "bottlenecks",
    fields: madXTaskFields,
    learningRate: { default: 1e-3, low: 1e-4, high: 1e-2 },
  },
  fusion: {
    id: "fusion",
    group: "bottlenecks",
    fields: fusionFields,
    learningRate: { default: 1e-4, low: 1e-5, high: 1e-2 },
  },
  xlora: {
    id: "xlora",
    group: "reparameterised",
    fields: xloraFields,
    learningRate: { default: 1e-3, low: 1e-5, high: 5e-2 },
  },
} as const satisfies Readonly<Record<MethodId, MethodSpec>>;

/** Field types of each method, for typing the page's texts. */
export type MethodFields = { readonly [Id in MethodId]: (typeof specs)[Id]["fields"] };

export const methodSpecs: Readonly<Record<MethodId, MethodSpec>> = specs;
