import { ropeTables } from "./rope-table";
import type { ModelSpec, RelativePositions } from "./model-spec";

/** The constant that holds ALiBi's slope of each head. */
export const ALIBI_SLOPES = "alibi.slopes";

/** The constants that hold the bucket of each distance −maxDistance … maxDistance, by the stack. */
export const RELATIVE_BUCKETS = { encoder: "relative.encoder", decoder: "relative.decoder" } as const;

/** The constants that hold the cosines and sines of a model's rotary table. */
export function ropeNames(table: number): readonly [cos: string, sin: string] {
  return [`rope.${table}.cos`, `rope.${table}.sin`];
}

/** Constants of a model that no file holds: the engine computes them. */
export interface TableDeclaration {
  readonly names: readonly string[];
  /** Elements of each. */
  readonly length: number;
  /** Their values, in the order of the names. */
  make(): readonly (Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>)[];
}

/** The tables of a model for sequences of up to `positions` tokens. */
export function declareTables({ positions: spec, heads }: ModelSpec, positions: number): TableDeclaration[] {
  if (spec.type === "rope") {
    return spec.tables.map((table, index) => ({
      names: ropeNames(index),
      length: positions * (table.dimension / 2),
      make: () => {
        const { cos, sin } = ropeTables(table, positions);
        return [cos, sin];
      },
    }));
  }
  if (spec.type === "alibi")
    return [{ names: [ALIBI_SLOPES], length: heads, make: () => [alibiSlopes(heads)] }];
  if (spec.type === "relative") {
    return [
      {
        names: [RELATIVE_BUCKETS.encoder, RELATIVE_BUCKETS.decoder],
        length: 2 * spec.maxDistance + 1,
        make: () => [relativeBuckets(spec, true), relativeBuckets(spec, false)],
      },
    ];
  }
  return [];
}

/**
 * The slope of each head (Press et al. 2021, arXiv 2108.12409): 2^(-8 i / n) for i = 1 … n where n is a power of two;
 * further heads take every other slope of twice as many.
 */
export function alibiSlopes(heads: number): Float32Array<ArrayBuffer> {
  const power = 2 ** Math.floor(Math.log2(heads));
  return Float32Array.from({ length: heads }, (_, head) =>
    head < power ? 2 ** ((-8 * (head + 1)) / power) : 2 ** ((-4 * (2 * (head - power) + 1)) / power),
  );
}

/**
 * The bucket of each distance of a key from a query, from −maxDistance to maxDistance, in the float32 steps of
 * transformers' `_relative_position_bucket`: one for each short distance, then ever wider ones. Keys ahead of the query
 * have the upper half where attention looks to both sides, else bucket 0.
 */
export function relativeBuckets(
  { buckets, maxDistance }: Pick<RelativePositions, "buckets" | "maxDistance">,
  toBothSides: boolean,
): Uint32Array<ArrayBuffer> {
  const each = toBothSides ? buckets / 2 : buckets;
  const exact = Math.floor(each / 2);
  const { fround, log } = Math;
  return Uint32Array.from({ length: 2 * maxDistance + 1 }, (_, index) => {
    const distance = index - maxDistance;
    const first = toBothSides && distance > 0 ? each : 0;
    const steps = toBothSides ? Math.abs(distance) : Math.max(0, -distance);
    if (steps < exact) return first + steps;
    const share = fround(fround(log(fround(steps / exact))) / fround(log(maxDistance / exact)));
    return first + Math.min(each - 1, exact + Math.trunc(fround(share * (each - exact))));
  });
}
