import type { KernelCall, Operand, Tuning } from "../graph/op";
import { chooseCall } from "./variants";
import { type GemmShape, type GemmVariantId, gemmVariants } from "./matmul-variants";

/** A matrix product to dispatch: C (+)= alpha · A B. */
export interface GemmProblem extends GemmShape {
  readonly alpha: number;
  /** True accumulates into C, false overwrites it. */
  readonly accumulate: boolean;
  /** A, B, C. */
  readonly operands: readonly [Operand, Operand, Operand];
}

/** Up to this many rows of A, lanes split k rather than rows (GEMV), since tiles would leave most lanes idle. */
const GEMV_ROWS = { software: 3, gpu: 4 } as const;

/** Time of a product in a wide quad, as a share of that in a narrow one. */
const WIDE_TIME = 0.87;

/** Below this many 64 x 64 tiles, cores idle and smaller tiles win. */
const FEW_TILES = 64;

/** Tuning key of a product. */
export function gemmProblemKey({ form, m, n, k, kind }: GemmShape): string {
  return `gemm ${form} ${kind} ${m}x${n}x${k}`;
}

/** Candidate variants for a shape on this GPU, the default first. */
export function gemmCandidates(shape: GemmShape, tuning: Tuning): readonly GemmVariantId[] {
  const runs = (id: GemmVariantId): boolean => {
    const { supports, requires, kernel } = gemmVariants[id];
    return (
      supports(shape) && requires.every((feature) => tuning.has(feature)) && !tuning.isBroken?.(kernel(shape))
    );
  };
  const order = (tuning.software ? softwareOrder(shape) : gpuOrder(shape)).filter(runs);
  // Which quad is faster follows from the rows: timing them would take longer than it saves.
  const candidates = tuning.software && shape.m > GEMV_ROWS.software ? order.slice(0, 1) : order;
  return candidates.length > 0 ? candidates : ["guarded"];
}

function softwareOrder({ m }: GemmShape): readonly GemmVariantId[] {
  if (m <= GEMV_ROWS.software)
    return ["quad_blocks_gemv", "four_blocks_gemv", "quad_gemv", "four_gemv", "quad"];
  const padded = (tile: number): number => Math.ceil(m / tile) * tile;
  return WIDE_TIME * padded(32) < padded(16) ? ["quad_wide", "quad"] : ["quad"];
}

function gpuOrder({ m, n }: GemmShape): readonly GemmVariantId[] {
  const tiles = Math.ceil(m / 64) * Math.ceil(n / 64);
  const byTile: readonly GemmVariantId[] =
    tiles < FEW_TILES ? ["tile_32", "tile_64"] : ["tile_64", "tile_128", "tile_32"];
  return m <= GEMV_ROWS.gpu ? ["gemv", "blocks_gemv", ...byTile] : byTile;
}

/** The kernel call of a product, using the fastest measured variant or the default. */
export function gemmCall(problem: GemmProblem, tuning: Tuning): KernelCall {
  const work = 2 * problem.m * problem.n * problem.k;
  const variants = gemmCandidates(problem, tuning).map((id) => ({ id, call: variantCall(problem, id) }));
  return chooseCall({ key: gemmProblemKey(problem), work, variants }, [], tuning);
}

/** The kernel call of a product with a given variant. */
export function variantCall(problem: GemmProblem, id: GemmVariantId): KernelCall {
  const { m, n, k, aStride, bStride, cStride, cOffset, alpha, accumulate, operands } = problem;
  const variant = gemmVariants[id];
  const grid = variant.grid(problem);
  const axis = grid[1] > grid[0] ? 1 : 0;
  return {
    kernel: variant.kernel(problem),
    params: {
      m,
      n,
      k,
      a_stride: aStride,
      b_stride: bStride,
      c_stride: cStride,
      c_offset: cOffset,
      alpha,
      accumulate: accumulate ? 1 : 0,
      first_x: 0,
      first_y: 0,
    },
    operands,
    grid,
    flops: 2 * m * n * k,
    ...(variant.tiled && { split: { axis, param: axis === 1 ? "first_y" : "first_x" } }),
  };
}
