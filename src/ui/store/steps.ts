/** The six steps, in the order of the work. */
export const STEPS = ["data", "model", "method", "train", "compare", "export"] as const;
export type StepId = (typeof STEPS)[number];
