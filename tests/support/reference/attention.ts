import { pcg } from "../../../src/lib/pcg";
import type { AttentionAttrs, AttentionDims } from "../../../src/engine/ops/attention-kernels";

/** An attention problem for the float64 reference. */
export interface AttentionProblem extends AttentionDims, AttentionAttrs {
  /** Visible key range of each query (B·Tq), end exclusive. */
  readonly keyStart: ArrayLike<number>;
  readonly keyEnd: ArrayLike<number>;
  /** ALiBi slopes per head, or with `distancesFrom` the bias (2 reach + 1, H) by distance. */
  readonly bias?: ArrayLike<number>;
  /** With `dropout`: the site's seed. */
  readonly seed?: number;
}

/** A query's probabilities over its visible keys, and what its gradient requires. */
interface Row {
  readonly q: number;
  readonly stat: number;
  readonly logsumexp: number;
  readonly keys: readonly {
    readonly k: number;
    readonly p: number;
    /** 1 / (1 − dropout) where the probability is kept, 0 where it is dropped; 1 without dropout. */
    readonly kept: number;
    /** Index of the score's bias element. */
    readonly biasAt: number;
  }[];
}

/** y (B,Tq,H,D) and logsumexp (B,H,Tq) in float64. */
export function attentionReference(
  problem: AttentionProblem,
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
): [y: Float64Array, logsumexp: Float64Array] {
  const { batch, queries, heads, width } = problem;
  const y = new Float64Array(batch * queries * heads * width);
  const logsumexp = new Float64Array(batch * heads * queries);
  for (const row of rows(problem, q, k)) {
    logsumexp[row.stat] = row.logsumexp;
    for (const key of row.keys) {
      for (let d = 0; d < width; d++) y[row.q + d]! += key.p * key.kept * v[key.k + d]!;
    }
  }
  return [y, logsumexp];
}

/** Gradients of Σ dy·y with respect to q, k, v and the bias, in float64. */
export function attentionGradientReference(
  problem: AttentionProblem,
  [q, k, v]: readonly [Float64Array, Float64Array, Float64Array],
  dy: Float64Array,
): [dq: Float64Array, dk: Float64Array, dv: Float64Array, dbias: Float64Array] {
  const { width, scale } = problem;
  const [dq, dk, dv] = [q, k, v].map((values) => new Float64Array(values.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const dbias = new Float64Array(problem.bias?.length ?? 0);
  for (const row of rows(problem, q, k)) {
    const dp = row.keys.map((key) => key.kept * dot(dy, row.q, v, key.k, width));
    const mean = row.keys.reduce((sum, key, index) => sum + key.p * dp[index]!, 0);
    row.keys.forEach((key, index) => {
      const dscore = key.p * (dp[index]! - mean);
      const ds = dscore * scale;
      dbias[key.biasAt]! += dscore;
      for (let d = 0; d < width; d++) {
        dv[key.k + d]! += key.p * key.kept * dy[row.q + d]!;
        dq[row.q + d]! += ds * k[key.k + d]!;
        dk[key.k + d]! += ds * q[row.q + d]!;
      }
    });
  }
  return [dq, dk, dv, dbias];
}

function dot(a: Float64Array, offsetA: number, b: Float64Array, offsetB: number, count: number): number {
  let sum = 0;
  for (let d = 0; d < count; d++) sum += a[offsetA + d]! * b[offsetB + d]!;
  return sum;
}

function* rows(problem: AttentionProblem, q: Float64Array, k: Float64Array): Generator<Row> {
  const { batch, queries, keys, heads, kvHeads, width, prefix, scale } = problem;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < queries; i++) {
      const [start, end] = [problem.keyStart[b * queries + i]!, problem.keyEnd[b * queries + i]!];
      const seen = Array.from({ length: keys }, (_, j) => j).filter(
        (j) => j < prefix || (j >= start && j < end),
      );
      for (let h = 0; h < heads; h++) {
        const offset = ((b * queries + i) * heads + h) * width;
        const group = Math.floor(h / (heads / kvHeads));
        const scored = seen.map((j) => {
          const at = ((b * keys + j) * kvHeads + group) * width;
          const score = scale * dot(q, offset, k, at, width);
          const place = problem.distancesFrom === "last-key" ? Math.min(end, keys) - 1 : i;
          const fromEnd = j - Math.min(end, keys);
          const { added, biasAt } = biasOf(problem, h, fromEnd, j - place);
          const kept = keptFactor(problem, (b * heads + h) * queries + i, j);
          return { k: at, score: score + added, kept, biasAt };
        });
        const top = Math.max(...scored.map(({ score }) => score));
        const sum = scored.reduce((total, { score }) => total + Math.exp(score - top), 0);
        const logsumexp = scored.length > 0 ? top + Math.log(sum) : 0;
        const probabilities = scored.map((key) => ({ ...key, p: Math.exp(key.score - logsumexp) }));
        yield { q: offset, stat: (b * heads + h) * queries + i, logsumexp, keys: probabilities };
      }
    }
  }
}

/** The dropout factor of key `j`'s probability, for a query's row over batches and heads. */
function keptFactor({ dropout, seed = 0 }: AttentionProblem, row: number, j: number): number {
  if (dropout === undefined) return 1;
  const hash = pcg((Math.imul(j, 0x9e3779b9) ^ pcg((row ^ seed) >>> 0)) >>> 0);
  return hash >= dropout * 2 ** 32 ? 1 / (1 - dropout) : 0;
}

/** Bias of a key for a head, and the index of its bias element; `fromEnd` counts from the end of the query's range. */
function biasOf(
  { bias, distancesFrom, heads }: AttentionProblem,
  head: number,
  fromEnd: number,
  distance: number,
): { added: number; biasAt: number } {
  if (!bias) return { added: 0, biasAt: 0 };
  if (!distancesFrom) return { added: bias[head]! * fromEnd, biasAt: head };
  const reach = (bias.length / heads - 1) / 2;
  const biasAt = (Math.max(-reach, Math.min(reach, distance)) + reach) * heads + head;
  return { added: bias[biasAt]!, biasAt };
}
