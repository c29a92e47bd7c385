import type { Field, FieldValues } from "./fields";

/** Objectives of training on preferences: pairs of answers, one of them preferred. */
export const OBJECTIVE_IDS = ["dpo", "hinge", "robust", "ipo", "simpo", "cpo"] as const;
export type ObjectiveId = (typeof OBJECTIVE_IDS)[number];

/** An objective with its options. */
export interface ObjectiveChoice {
  readonly id: ObjectiveId;
  readonly options: FieldValues;
}

/** Description of an objective. */
export interface ObjectiveSpec {
  readonly id: ObjectiveId;
  /** Whether it uses the log-probabilities of the model before training. */
  readonly usesReference: boolean;
  readonly fields: readonly Field<ObjectiveField>[];
}

/** Option names of the objectives. Options with the same name mean the same in all of them. */
export type ObjectiveField = "beta" | "label_smoothing" | "simpo_gamma" | "sft_weight" | "cpo_alpha";

const beta = (by: number): Field<ObjectiveField> => ({
  name: "beta",
  type: "number",
  default: by,
  min: 0,
  exclusiveMin: true,
  max: 100,
  level: "basic",
});

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

const gamma: Field<ObjectiveField> = {
  name: "simpo_gamma",
  type: "number",
  default: 0.5,
  min: 0,
  max: 100,
  level: "basic",
};

const specs = {
  dpo: { id: "dpo", usesReference: true, fields: [beta(0.1), likelihood("sft_weight", 0)] },
  hinge: { id: "hinge", usesReference: true, fields: [beta(0.1), likelihood("sft_weight", 0)] },
  robust: {
    id: "robust",
    usesReference: true,
    fields: [beta(0.1), labelSmoothing(0.1), likelihood("sft_weight", 0)],
  },
  ipo: { id: "ipo", usesReference: true, fields: [beta(0.1), likelihood("sft_weight", 0)] },
  simpo: {
    id: "simpo",
    usesReference: false,
    fields: [beta(0.1), gamma, labelSmoothing(0), likelihood("cpo_alpha", 0)],
  },
  cpo: {
    id: "cpo",
    usesReference: false,
    fields: [beta(0.1), labelSmoothing(0), likelihood("cpo_alpha", 1)],
  },
} as const satisfies { readonly [Id in ObjectiveId]: ObjectiveSpec };

/** The objectives, in display order. Option names and defaults are TRL's. */
export const objectiveSpecs: Readonly<Record<ObjectiveId, ObjectiveSpec>> = specs;

/** What a run learns. */
export const GOALS = ["answers", "text", "preferences"] as const;
export type Goal = (typeof GOALS)[number];
