import { format } from "./format";

/** A count and its noun: "1 row", "2 rows". */
export const plural = (count: number, one: string, many: string) =>
  format.plural(count, { one, other: many });

export const rows = (count: number) => plural(count, "row", "rows");
export const tokens = (count: number) => plural(count, "token", "tokens");

/** Where a run stands. */
export interface RunPlace {
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  /** Share of correctly ranked pairs; null unless preferences are learned. */
  readonly accuracy: number | null;
}

/** "Step 12 of 60, loss 1.234". */
export function stepSentence({ step, totalSteps, loss, accuracy }: RunPlace): string {
  const parts = [
    `Step ${format.fixed(step, 0)} of ${format.fixed(totalSteps, 0)}`,
    ...(loss === null ? [] : [`loss ${format.loss(loss)}`]),
    ...(accuracy === null ? [] : [`preference accuracy ${format.share(accuracy)}`]),
  ];
  return parts.join(", ");
}
