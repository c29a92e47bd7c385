import { elementGrid } from "../gpu/kernel";
import type { KernelCall, LowerContext, Operand, Tuning, Variant } from "../graph/op";
import { MAX_DISPATCH_FLOPS } from "../graph/split-call";
import { f32, type TensorType, type Value } from "../graph/value";
import { chooseVariant, type WidthChoice } from "./variants";
import {
  type GemmShape,
  type GemmVariantId,
  gemmVariants,
  gemmWork,
  partLength,
  partsOf,
  sumPartsKernels,
} from "./matmul-variants";

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

/**
 * Below this many such tiles in a dispatch, and from this length of the sums on, splitting the sums is the default: for
 * the loss's gradient of the hidden state, and LoRA's gradients.
 */
const SPLIT_TILES = 32;
const SPLIT_K = 2048;

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

function gpuOrder(shape: GemmShape): readonly GemmVariantId[] {
  const { m, n, k } = shape;
  if (m <= GEMV_ROWS.gpu) return ["gemv", "blocks_gemv", "tile_32", "tile_64"];
  const tiles = Math.ceil(m / 64) * Math.ceil(n / 64);
  const byTile: readonly GemmVariantId[] =
    tiles < FEW_TILES ? ["tile_32", "tile_64"] : ["tile_64", "tile_128", "tile_wide", "tile_32"];
  const splits: readonly GemmVariantId[] = ["split_64", "split_32"];
  const dispatches = Math.ceil((2 * m * n * k) / MAX_DISPATCH_FLOPS);
  return tiles / dispatches < SPLIT_TILES && k >= SPLIT_K ? [...splits, ...byTile] : [...byTile, ...splits];
}

/** The context that {@link dispatchGemm} needs. */
export type GemmContext = Pick<LowerContext<unknown>, "tuning" | "dispatch" | "scratch">;

/** Dispatches a product with the fastest measured variant or the default. */
export function dispatchGemm({ tuning, dispatch, scratch }: GemmContext, problem: GemmProblem): void {
  for (const call of chooseGemm(problem, tuning).calls(scratch)) dispatch(call);
}

/** The fastest measured variant of a product, or the default. */
export function chooseGemm(problem: GemmProblem, tuning: Tuning): Variant {
  const work = 2 * problem.m * problem.n * problem.k;
  const variants = gemmCandidates(problem, tuning).map((id) => gemmVariant(problem, id));
  return chooseVariant({ key: gemmProblemKey(problem), work, variants }, [], tuning);
}

/** A given variant of a product. */
export function gemmVariant(problem: GemmProblem, id: GemmVariantId): Variant {
  const kernels = [gemmVariants[id].kernel(problem)];
  if (gemmVariants[id].splitsK) kernels.push(sumParts(problem).kernel);
  return { id, kernels, calls: (scratch) => gemmCalls(problem, id, scratch) };
}

function gemmCalls(
  problem: GemmProblem,
  id: GemmVariantId,
  scratch: (type: TensorType) => Value,
): readonly KernelCall[] {
  const { m, n, k, operands } = problem;
  const { splitsK } = gemmVariants[id];
  if (!splitsK) return [productCall(problem, id)];
  const parts = partsOf(problem, gemmVariants[id].tile);
  const stride = partStride(n);
  const sums = scratch(f32(parts, m, stride));
  const [a, b, c] = operands;
  const product = productCall({ ...problem, cStride: stride, operands: [a, b, sums] }, id);
  const { kernel, width } = sumParts(problem);
  const columns = n / width;
  const params = {
    count: m * columns,
    rows: m,
    columns,
    parts,
    stride: stride / width,
    c_stride: problem.cStride / width,
    c_offset: problem.cOffset / width,
    alpha: problem.alpha,
    accumulate: problem.accumulate ? 1 : 0,
  };
  return [
    { ...product, params: { ...product.params, part_k: partLength(k, parts) } },
    { kernel, params, operands: [sums, c], grid: elementGrid(m * columns), flops: m * n * parts },
  ];
}

/** Row stride of the sums over parts of k. */
function partStride(n: number): number {
  return Math.ceil(n / 4) * 4;
}

function sumParts({ n, cStride, cOffset }: GemmShape): WidthChoice {
  return sumPartsKernels.choose(n, cStride, cOffset);
}

function productCall(problem: GemmProblem, id: GemmVariantId): KernelCall {
  const { m, n, k, aStride, bStride, cStride, cOffset, alpha, accumulate, operands } = problem;
  const variant = gemmVariants[id];
  const grid = variant.grid(problem);
  const axis = grid[1] > grid[0] ? 1 : 0;
  const split = variant.splitsK
    ? ({ axis: 2, param: "first_part" } as const)
    : ({ axis, param: axis === 1 ? "first_y" : "first_x" } as const);
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
      first_part: 0,
      part_k: k,
    },
    operands,
    grid,
    flops: 2 * m * n * k,
    work: gemmWork(variant, problem),
    ...(variant.tiled && { split }),
  };
}
