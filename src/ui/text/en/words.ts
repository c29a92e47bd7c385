import { format } from "./format";

/** A count and its noun: "1 row", "2 rows". */
export const plural = (count: number, one: string, many: string) =>
  format.plural(count, { one, other: many });

export const rows = (count: number) => plural(count, "row", "rows");
export const tokens = (count: number) => plural(count, "token", "tokens");

/** "Step 12 of 60, loss 1.234". */
export function stepSentence(step: number, total: number, loss: number | null): string {
  return `Step ${format.fixed(step, 0)} of ${format.fixed(total, 0)}${loss === null ? "" : `, loss ${format.loss(loss)}`}`;
}
