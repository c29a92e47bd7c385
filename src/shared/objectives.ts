import type { Field, FieldValues } from "./fields";

/** Objectives of training on preferences. */
export const OBJECTIVE_IDS = ["dpo", "hinge", "robust", "ipo", "orpo", "simpo", "cpo", "kto"] as const;
export type ObjectiveId = (typeof OBJECTIVE_IDS)[number];

/** An objective with its options. */
export interface ObjectiveChoice {
  readonly id: ObjectiveId;
  readonly options: FieldValues;
}

/** What an objective compares: two answers to a prompt, or single answers labelled good or bad. */
export type Comparison = "pairs" | "labels";

/** Description of an objective. */
export interface ObjectiveSpec {
  readonly id: ObjectiveId;
  readonly compares: Comparison;
  /** Whether it compares with the log-probabilities of the model before training. */
  readonly usesReference: boolean;
  readonly fields: readonly Field<ObjectiveField>[];
}

/** Names of the objectives' options. Those of one name mean the same everywhere. */
export type ObjectiveField =
  | "beta"
  /** ORPO's λ; `beta` in TRL. */
  | "lambda"
  | "label_smoothing"
  | "simpo_gamma"
  | "sft_weight"
  | "cpo_alpha"
  | "desirable_weight"
  | "undesirable_weight";

const beta = (by: number): Field<ObjectiveField> => ({
  name: "beta",
  type: "number",
  default: by,
  min: 0,
  exclusiveMin: true,
  max: 100,
  level: "basic",
});

const lambda: Field<ObjectiveField> = {
  name: "lambda",
  type: "number",
  default: 0.1,
  min: 0,
  exclusiveMin: true,
  max: 100,
  level: "basic",
};

const labelSmoothing = (by: number): Field<ObjectiveField> => ({
  name: "label_smoothing",
  type: "number",
  default: by,
  min: 0,
  max: 0.49,
  level: "basic",
});

const likelihood = (name: "sft_weight" | "cpo_alpha", by: number): Field<ObjectiveField> => ({
  name,
  type: "number",
  default: by,
  min: 0,
  max: 100,
  level: "advanced",
});

const labelWeight = (name: "desirable_weight" | "undesirable_weight"): Field<ObjectiveField> => ({
  name,
  type: "number",
  default: 1,
  min: 0,
  exclusiveMin: true,
  max: 100,
  level: "advanced",
});

const gamma: Field<ObjectiveField> = {
  name: "simpo_gamma",
  type: "number",
  default: 0.5,
  min: 0,
  max: 100,
  level: "basic",
};

const specs = {
  dpo: {
    id: "dpo",
    compares: "pairs",
    usesReference: true,
    fields: [beta(0.1), likelihood("sft_weight", 0)],
  },
  hinge: {
    id: "hinge",
    compares: "pairs",
    usesReference: true,
    fields: [beta(0.1), likelihood("sft_weight", 0)],
  },
  robust: {
    id: "robust",
    compares: "pairs",
    usesReference: true,
    fields: [beta(0.1), labelSmoothing(0.1), likelihood("sft_weight", 0)],
  },
  ipo: {
    id: "ipo",
    compares: "pairs",
    usesReference: true,
    fields: [beta(0.1), likelihood("sft_weight", 0)],
  },
  orpo: { id: "orpo", compares: "pairs", usesReference: false, fields: [lambda] },
  simpo: {
    id: "simpo",
    compares: "pairs",
    usesReference: false,
    fields: [beta(0.1), gamma, labelSmoothing(0), likelihood("cpo_alpha", 0)],
  },
  cpo: {
    id: "cpo",
    compares: "pairs",
    usesReference: false,
    fields: [beta(0.1), labelSmoothing(0), likelihood("cpo_alpha", 1)],
  },
  kto: {
    id: "kto",
    compares: "labels",
    usesReference: true,
    fields: [beta(0.1), labelWeight("desirable_weight"), labelWeight("undesirable_weight")],
  },
} as const satisfies { readonly [Id in ObjectiveId]: ObjectiveSpec };

/** The objectives, in display order. Option names and defaults are TRL's. */
export const objectiveSpecs: Readonly<Record<ObjectiveId, ObjectiveSpec>> = specs;

/** What a run learns. */
export const GOALS = ["answers", "text", "preferences"] as const;
export type Goal = (typeof GOALS)[number];
