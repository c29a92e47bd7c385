import { formatInteger, formatLoss } from "../../lib/format";

/** A count and its noun: "1 row", "2 rows". */
export const plural = (count: number, one: string, many: string) =>
  `${formatInteger(count)} ${count === 1 ? one : many}`;

/** "a", "a or b", "a, b or c". */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

/** "about 3 min": no more precise than a forecast can be. */
export function about(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 55)
    return `about ${Math.max(1, seconds < 10 ? Math.round(seconds) : Math.round(seconds / 5) * 5)} s`;
  const minutes = seconds / 60;
  if (minutes < 59.5) return `about ${Math.max(1, Math.round(minutes))} min`;
  const hours = minutes / 60;
  return `about ${hours < 9.5 ? Number(hours.toFixed(1)) : Math.round(hours)} h`;
}

/** "2 min 5 s": a time that has passed. */
export function exactly(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const rows = (count: number) => plural(count, "row", "rows");
export const tokens = (count: number) => plural(count, "token", "tokens");

/** "Step 12 of 60, loss 1.234". */
export function stepSentence(step: number, total: number, loss: number | null): string {
  return `Step ${step} of ${total}${loss === null ? "" : `, loss ${formatLoss(loss)}`}`;
}
