import * as v from "valibot";
import { parseAs } from "../../../lib/schema";
import type { BaseDropout } from "../../nn/base-dropout";

/** Config key and class default of each dropout site of a family. */
export type DropoutKeys = Readonly<
  Partial<Record<keyof BaseDropout, readonly [key: string, fallback: number]>>
>;

/** Llama-like models only drop attention probabilities. */
export const ATTENTION_DROPOUT: DropoutKeys = { attention: ["attention_dropout", 0] };

const NONE: BaseDropout = { embedding: 0, residual: 0, inner: 0, final: 0, attention: 0 };

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Reads the dropout probabilities from config.json. Errors: a probability outside [0, 1]. */
export function readDropout(keys: DropoutKeys, config: Readonly<Record<string, unknown>>): BaseDropout {
  const shares = Object.entries(keys).map(([place, [key, fallback]]) => {
    const entry = v.object({ [key]: v.nullish(share, fallback) });
    return [place, parseAs(entry, config, { file: "config.json" })[key] ?? fallback] as const;
  });
  return { ...NONE, ...Object.fromEntries(shares) };
}
