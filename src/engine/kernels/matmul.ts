import type { KernelCall, Operand, Tuning } from "../graph/op";
import { type GemmShape, type GemmVariantId, gemmVariants } from "./matmul-variants";

/** A product to dispatch: C (+)= alpha · A B. */
export interface GemmProblem extends GemmShape {
  readonly alpha: number;
  /** True adds to C, false writes over it. */
  readonly accumulate: boolean;
  /** A, B, C. */
  readonly operands: readonly [Operand, Operand, Operand];
}

/** Rows of A up to which lanes share k instead of rows: where the other kernels leave lanes idle. */
const GEMV_ROWS = { software: 3, gpu: 4 } as const;

/** Fewer tiles of 64 x 64 than this leave a GPU's cores idle, so that smaller tiles win. */
const FEW_TILES = 64;

/** What a tuner measures once and asks for again. */
export function gemmProblemKey({ form, m, n, k, kind }: GemmShape): string {
  return `gemm ${form} ${kind} ${m}x${n}x${k}`;
}

/** The variants worth measuring for a shape on a GPU, the default first. */
export function gemmCandidates(shape: GemmShape, tuning: Tuning): readonly GemmVariantId[] {
  const runs = (id: GemmVariantId): boolean => {
    const { supports, requires, kernel } = gemmVariants[id];
    return (
      supports(shape) && requires.every((feature) => tuning.has(feature)) && !tuning.isBroken?.(kernel(shape))
    );
  };
  const candidates = (tuning.software ? softwareOrder(shape) : gpuOrder(shape)).filter(runs);
  return candidates.length > 0 ? candidates : ["guarded"];
}

function softwareOrder({ m }: GemmShape): readonly GemmVariantId[] {
  return m <= GEMV_ROWS.software ? ["quad_gemv", "four_gemv", "quad"] : ["quad"];
}

function gpuOrder({ m, n }: GemmShape): readonly GemmVariantId[] {
  const tiles = Math.ceil(m / 64) * Math.ceil(n / 64);
  const byTile: readonly GemmVariantId[] =
    tiles < FEW_TILES ? ["tile_32", "tile_64"] : ["tile_64", "tile_128", "tile_32"];
  return m <= GEMV_ROWS.gpu ? ["gemv", ...byTile] : byTile;
}

/** The dispatch of a product with the variant measured best, or the default where none was measured. */
export function gemmCall(problem: GemmProblem, tuning: Tuning): KernelCall {
  const { m, n, k, aStride, bStride, cStride, cOffset, alpha, accumulate, operands } = problem;
  const candidates = gemmCandidates(problem, tuning);
  const measured = tuning.choice(gemmProblemKey(problem));
  const id = candidates.find((candidate) => candidate === measured) ?? candidates[0] ?? "guarded";
  const variant = gemmVariants[id];
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
    },
    operands,
    grid: variant.grid(problem),
    flops: 2 * m * n * k,
  };
}
