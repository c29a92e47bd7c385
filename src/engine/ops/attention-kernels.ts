import { defined } from "../../lib/invariant";
import type { KernelCall, Tuning } from "../graph/op";
import type { TensorType, Value } from "../graph/value";
import { defineKernel, type Grid, type Kernel, type ParamValues } from "../gpu/kernel";
import { chooseCall } from "../kernels/variants";

/** What a query may see and how its scores are made. */
export interface AttentionAttrs {
  /** Factor of the dot products, usually 1 / sqrt(D). */
  readonly scale: number;
  /** Keys 0 … prefix − 1 are visible to every query (prefix tuning). */
  readonly prefix: number;
  /**
   * Where a query stands for biases by distance: at the key of its own number ("row"), or at the last key that it sees
   * ("last-key"), which is its own where masks are causal and keys cached. Absent: biases are slopes along the keys.
   */
  readonly distancesFrom?: "row" | "last-key";
}

/** How keys' places change scores: not or by slopes along the keys, or by distances of up to `reach`. */
export type AttentionBias =
  | { readonly type: "linear" }
  | { readonly type: "relative"; readonly reach: number; readonly fromLastKey: boolean };

/** The kind of bias of an attention whose `bias` input, where there is one, is of that type. */
export function attentionBias(
  { distancesFrom }: AttentionAttrs,
  bias: TensorType | undefined,
): AttentionBias {
  if (!distancesFrom) return { type: "linear" };
  const rows = defined(bias, "biases by distance").shape[0] ?? 0;
  return { type: "relative", reach: (rows - 1) / 2, fromLastKey: distancesFrom === "last-key" };
}

/** The sizes of one attention problem. */
export interface AttentionDims {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Size of a head. */
  readonly width: number;
}

/** The sizes of q (B,Tq,H,D) and k (B,Tk,KV,D). */
export function attentionDims(q: TensorType, k: TensorType): AttentionDims {
  const [batch, queries, heads, width] = q.shape as [number, number, number, number];
  const [, keys, kvHeads] = k.shape as [number, number, number, number];
  return { batch, queries, keys, heads, kvHeads, width };
}

/** The three kernels that have variants; each names its shaders under shaders/attention. */
export type AttentionPhase = "forward" | "backward_query" | "backward_key_value";

/**
 * Kernels that do the same work: tiles in shared memory, one workgroup a row for few queries, and both again in the
 * registers of a quad for software GPUs. Where such a GPU has no subgroups, a row's
 * workgroup is the four lanes that it computes at once, between which barriers cost next to nothing.
 */
export type AttentionVariant = "tiled" | "decode" | "quad" | "quad_decode" | "four_decode";

/** The name by which {@link Tuning.choice} is asked for the variant of a problem. */
export function attentionProblem(phase: AttentionPhase, dims: AttentionDims): string {
  const { batch, queries, keys, heads, kvHeads, width } = dims;
  return `attention ${phase} ${batch}x${queries}x${keys} H${heads}/${kvHeads} D${width}`;
}

/** Up to so many queries, tiles would stay mostly empty. */
const DECODE_QUERIES = 8;

/** A quad keeps its rows of dk and dv in local variables, of which WGSL guarantees 8192 bytes. */
const MAX_QUAD_WIDTH = 224;

/** The variants that can compute a problem on this device, the default first. */
export function attentionVariants(
  phase: AttentionPhase,
  dims: AttentionDims,
  tuning: Tuning,
): readonly AttentionVariant[] {
  const tiles: AttentionVariant[] = tuning.software ? ["quad", "tiled"] : ["tiled", "quad"];
  const rows: AttentionVariant[] = tuning.software
    ? ["quad_decode", "four_decode", "decode"]
    : ["decode", "four_decode", "quad_decode"];
  const forward = dims.queries <= DECODE_QUERIES ? [...rows, ...tiles] : [...tiles, ...rows];
  return (phase === "forward" ? forward : tiles).filter((variant) => {
    if (VARIANTS[variant].requires.length === 0) return true;
    const hasRoom = phase !== "backward_key_value" || dims.width <= MAX_QUAD_WIDTH;
    return (
      dims.width % 4 === 0 && hasRoom && VARIANTS[variant].requires.every((feature) => tuning.has(feature))
    );
  });
}

/** The call of one phase with the variant that the tuning chooses; `operands` as the shader binds them, `bias` among them. */
export function attentionCall(
  phase: AttentionPhase,
  dims: AttentionDims,
  attrs: AttentionAttrs,
  operands: readonly Value[],
  bias: Value | undefined,
  tuning: Tuning,
): KernelCall {
  const kind = attentionBias(attrs, bias?.type);
  const work = flops(phase, dims);
  const variants = attentionVariants(phase, dims, tuning).map((id) => {
    const call: KernelCall = {
      kernel: attentionKernel(id, phase, dims.width, kind),
      params: attentionParams(dims, attrs, bias),
      operands,
      grid: VARIANTS[id].grid(phase, dims),
      flops: work,
    };
    return { id, call: VARIANTS[id].isTiled ? { ...call, cut: TILE_CUT } : call };
  });
  const timed = timedVariants(phase, dims, tuning);
  const problem = {
    key: attentionProblem(phase, dims),
    work,
    variants: variants.filter(({ id }) => timed.includes(id)),
    // Zeros would let no query see a key.
    contents: { [KEY_END]: [dims.keys] },
  };
  const others = variants.filter(({ id }) => !timed.includes(id));
  return chooseCall(problem, others, tuning);
}

/** Along the tiles of queries, or of keys in the gradients of k and v. */
const TILE_CUT = { axis: 0, param: "first_tile" } as const;

/** The operand of the forward kernels that says where the keys end that a query sees. */
const KEY_END = 4;

/** Up to so many queries it is measured whether one workgroup a row beats tiles. */
const TIMED_QUERIES = 32;

/** The variants that compete, the default first; the others are for where these do not compile. */
function timedVariants(
  phase: AttentionPhase,
  dims: AttentionDims,
  tuning: Tuning,
): readonly AttentionVariant[] {
  const [best = "tiled"] = attentionVariants(phase, dims, tuning);
  if (tuning.software || phase !== "forward" || dims.queries > TIMED_QUERIES) return [best];
  return best === "decode" ? ["decode", "tiled"] : ["tiled", "decode"];
}

/** Params of all attention kernels. */
export function attentionParams(dims: AttentionDims, attrs: AttentionAttrs, bias?: Value): ParamValues {
  return {
    queries: dims.queries,
    keys: dims.keys,
    heads: dims.heads,
    kv_heads: dims.kvHeads,
    prefix: Math.min(attrs.prefix, dims.keys),
    alibi: bias && !attrs.distancesFrom ? 1 : 0,
    scale: attrs.scale,
    first_tile: 0,
  };
}

const PARAMS = {
  queries: "u32",
  keys: "u32",
  heads: "u32",
  kv_heads: "u32",
  prefix: "u32",
  alibi: "u32",
  scale: "f32",
  first_tile: "u32",
} as const;

const BINDINGS: Readonly<Record<AttentionPhase, Kernel["bindings"]>> = {
  forward: ["read", "read", "read", "read", "read", "read", "read_write", "read_write"],
  backward_query: ["read", "read", "read", "read", "read", "read", "read_write"],
  backward_key_value: ["read", "read", "read", "read", "read", "read", "read_write", "read_write"],
};

/** The library file that reads heads of `width` as vectors of four, or number by number where that does not divide. */
function elementFile(width: number): string {
  return width % 4 === 0 ? "attention/element_vec4" : "attention/element_f32";
}

interface VariantSpec {
  /** The shader under shaders/attention, where it is not the variant's name. */
  readonly shader?: string;
  readonly defines?: Kernel["defines"];
  readonly includes: readonly string[];
  /** What its backward kernels include besides. */
  readonly backwardIncludes?: readonly string[];
  /** Variants that require quads read heads as vectors of four. */
  readonly requires: readonly GPUFeatureName[];
  /** Whether workgroups along x are tiles, of which a call can be cut into some at a time. */
  readonly isTiled: boolean;
  grid(phase: AttentionPhase, dims: AttentionDims): Grid;
}

/** One workgroup makes `size` rows: of keys in the gradients of k and v, of queries elsewhere. */
function tileGrid(size: number): VariantSpec["grid"] {
  return (phase, { batch, queries, keys, heads, kvHeads }) =>
    phase === "backward_key_value"
      ? [Math.ceil(keys / size), kvHeads, batch]
      : [Math.ceil(queries / size), heads, batch];
}

const VARIANTS: Readonly<Record<AttentionVariant, VariantSpec>> = {
  tiled: {
    includes: ["attention/tile"],
    backwardIncludes: ["attention/tile_backward"],
    requires: [],
    isTiled: true,
    grid: tileGrid(32),
  },
  quad: {
    includes: ["lib/quad", "attention/quad_rows", "attention/quad_tile"],
    requires: ["subgroups"],
    isTiled: true,
    grid: tileGrid(16),
  },
  decode: { defines: { THREADS: 64 }, includes: [], requires: [], isTiled: false, grid: tileGrid(1) },
  four_decode: {
    shader: "decode",
    defines: { THREADS: 4 },
    includes: [],
    requires: [],
    isTiled: false,
    grid: tileGrid(1),
  },
  quad_decode: {
    includes: ["lib/quad", "attention/quad_rows"],
    requires: ["subgroups"],
    isTiled: false,
    grid: (_, { batch, queries, heads, kvHeads }) => [
      Math.ceil((queries * heads) / kvHeads / 4),
      kvHeads,
      batch,
    ],
  },
};

/** The library files of a kind of bias, and the constants that they read. */
function biasParts(bias: AttentionBias): Pick<Kernel, "includes" | "defines"> {
  return {
    includes: [`attention/bias_${bias.type}`, "attention/inputs"],
    defines: bias.type === "relative" ? { REACH: bias.reach, FROM_LAST: bias.fromLastKey ? 1 : 0 } : {},
  };
}

/** The kernel of one variant for heads of `width`. */
export function attentionKernel(
  variant: AttentionVariant,
  phase: AttentionPhase,
  width: number,
  bias: AttentionBias,
): Kernel {
  const { shader = variant, defines = {}, includes, backwardIncludes = [], requires } = VARIANTS[variant];
  const forward = phase === "forward";
  const parts = biasParts(bias);
  return defineKernel({
    shader: `attention/${shader}${forward ? "" : `_${phase}`}`,
    includes: [
      elementFile(width),
      "attention/common",
      ...parts.includes,
      ...(forward ? [] : ["attention/backward_inputs"]),
      ...includes,
      ...(forward ? [] : backwardIncludes),
    ],
    defines: { HEAD_DIM: width, ...defines, ...parts.defines },
    params: PARAMS,
    bindings: BINDINGS[phase],
    requires,
  });
}

/** The kernel of the gradient of biases by distance. */
export function attentionBackwardBiasKernel(width: number, bias: AttentionBias): Kernel {
  const parts = biasParts(bias);
  return defineKernel({
    shader: "attention/backward_bias",
    includes: [
      "lib/reduce",
      elementFile(width),
      "attention/common",
      ...parts.includes,
      "attention/backward_inputs",
    ],
    defines: { HEAD_DIM: width, LANES: 64, ...parts.defines },
    params: PARAMS,
    bindings: ["read", "read", "read", "read", "read", "read", "read_write"],
  });
}

/** The call of that kernel: one workgroup a distance and head. */
export function attentionBackwardBiasCall(
  dims: AttentionDims,
  attrs: AttentionAttrs,
  operands: readonly Value[],
  bias: Value,
): KernelCall {
  return {
    kernel: attentionBackwardBiasKernel(dims.width, attentionBias(attrs, bias.type)),
    params: attentionParams(dims, attrs, bias),
    operands,
    grid: [bias.type.shape[0] ?? 0, dims.heads, 1],
    flops: 4 * dims.batch * dims.heads * dims.queries * dims.keys * dims.width,
  };
}

/** The kernel that packs what the backward kernels need of each query. */
export function attentionStatsKernel(width: number): Kernel {
  return defineKernel({
    shader: "attention/stats",
    includes: ["lib/grid", elementFile(width), "attention/common"],
    defines: { HEAD_DIM: width },
    params: PARAMS,
    bindings: ["read", "read", "read", "read", "read", "read_write"],
  });
}

/** Work if every query saw every key: what the ranges leave out is not known before a run. */
function flops(phase: AttentionPhase, dims: AttentionDims): number {
  const products = { forward: 2, backward_query: 3, backward_key_value: 4 }[phase];
  return 2 * products * dims.batch * dims.heads * dims.queries * dims.keys * dims.width;
}

/** Head sizes at which {@link attentionKernels} and its like compile: a multiple of four, and one that is not. */
export const HEAD_WIDTHS = [64, 6] as const;

/** Kinds of bias, one for each way to compile them. */
const BIASES: readonly AttentionBias[] = [
  { type: "linear" },
  { type: "relative", reach: 128, fromLastKey: true },
];

/** Every kernel of a phase, for two head sizes and one reach of the biases. */
export function attentionKernels(phase: AttentionPhase): Kernel[] {
  return HEAD_WIDTHS.flatMap((width) => {
    const dims = { batch: 1, queries: 64, keys: 64, heads: 2, kvHeads: 1, width };
    const anyDevice: Tuning = { software: false, has: () => true, choice: () => null };
    return attentionVariants(phase, dims, anyDevice).flatMap((variant) =>
      BIASES.map((bias) => attentionKernel(variant, phase, width, bias)),
    );
  });
}

/** The kernels of the gradient of biases by distance, as {@link attentionKernels} has those of a phase. */
export const attentionBackwardBiasKernels: readonly Kernel[] = HEAD_WIDTHS.flatMap((width) =>
  BIASES.filter(({ type }) => type === "relative").map((bias) => attentionBackwardBiasKernel(width, bias)),
);
