import { rotaryPairs, ropeTables } from "./rope-table";
import type { ModelSpec, RelativePositions } from "./model-spec";

/** Constant with the ALiBi slope of each head. */
export const ALIBI_SLOPES = "alibi.slopes";

/** Constants with the bucket of each distance −maxDistance … maxDistance, per stack. */
export const RELATIVE_BUCKETS = { encoder: "relative.encoder", decoder: "relative.decoder" } as const;

/** Constants with the cosines and sines of a rotary table. */
export function ropeNames(table: number): readonly [cos: string, sin: string] {
  return [`rope.${table}.cos`, `rope.${table}.sin`];
}

/** Constants computed by the engine rather than loaded. */
export interface TableDeclaration {
  readonly names: readonly string[];
  /** Elements per constant. */
  readonly length: number;
  /** Computes the values, in the order of `names`. */
  make(): readonly (Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>)[];
}

/** Tables of a model for sequences of up to `positions` tokens. */
export function declareTables({ positions: spec, heads }: ModelSpec, positions: number): TableDeclaration[] {
  if (spec.type === "rope") {
    return spec.tables.map((table, index) => ({
      names: ropeNames(index),
      length: positions * rotaryPairs(table),
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
 * ALiBi slopes (Press et al. 2021, arXiv 2108.12409): 2^(-8 i / n) for i = 1 … n if n is a power of two; further heads
 * take every other slope of the sequence for 2n heads.
 */
export function alibiSlopes(heads: number): Float32Array<ArrayBuffer> {
  const power = 2 ** Math.floor(Math.log2(heads));
  return Float32Array.from({ length: heads }, (_, head) =>
    head < power ? 2 ** ((-8 * (head + 1)) / power) : 2 ** ((-4 * (2 * (head - power) + 1)) / power),
  );
}

/**
 * Maps key–query distances from −maxDistance to maxDistance to buckets, with the float32 rounding of transformers'
 * `_relative_position_bucket`: one bucket per short distance, then logarithmically wider ones. Keys after the query use
 * the upper half of the buckets if attention is bidirectional, else bucket 0.
 */
export function relativeBuckets(
  { buckets, maxDistance }: Pick<RelativePositions, "buckets" | "maxDistance">,
  bidirectional: boolean,
): Uint32Array<ArrayBuffer> {
  const perDirection = bidirectional ? buckets / 2 : buckets;
  const exact = Math.floor(perDirection / 2);
  const { fround, log } = Math;
  return Uint32Array.from({ length: 2 * maxDistance + 1 }, (_, index) => {
    const distance = index - maxDistance;
    const first = bidirectional && distance > 0 ? perDirection : 0;
    const steps = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
    if (steps < exact) return first + steps;
    const share = fround(fround(log(fround(steps / exact))) / fround(log(maxDistance / exact)));
    return first + Math.min(perDirection - 1, exact + Math.trunc(fround(share * (perDirection - exact))));
  });
}
