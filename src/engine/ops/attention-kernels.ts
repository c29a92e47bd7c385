import { defined } from "../../lib/invariant";
import type { KernelCall, KernelWork, LowerContext, Tuning } from "../graph/op";
import type { TensorType, Value } from "../graph/value";
import { defineKernel, type Grid, type Kernel, type ParamValues } from "../gpu/kernel";
import { chooseCall, oneCall } from "../kernels/variants";
import { dropThreshold } from "./dropout";

/** Masking and scoring of attention. */
export interface AttentionAttrs {
  /** Scale of the dot products, usually 1 / √D. */
  readonly scale: number;
  /** Keys 0 … prefix − 1 are visible to every query (prefix tuning). */
  readonly prefix: number;
  /**
   * Position of a query for relative position biases: its row index ("row"), or the last key it sees ("last-key"),
   * which is its own position with causal masks and KV caches. Absent: the bias is an ALiBi slope.
   */
  readonly distancesFrom?: "row" | "last-key";
  /** Whether queries see unrelated key ranges: kernels that share keys among queries would then visit all of them. */
  readonly scattered?: boolean;
  /** Dropout probability; absent: none. If set, the last input is the output of `attentionSeed`. */
  readonly dropout?: number;
}

/** Position bias of the scores: none or linear in the key position (ALiBi), or by relative distance up to `reach`. */
export type AttentionBias =
  | { readonly type: "linear" }
  | { readonly type: "relative"; readonly reach: number; readonly fromLastKey: boolean };

/** Compile-time parameters of attention's kernels besides head dimension and phase. */
export interface AttentionKind {
  readonly bias: AttentionBias;
  /** Whether probabilities are dropped out. */
  readonly drops: boolean;
}

/** The kind for the given attrs and `bias` input type. */
export function attentionKind(attrs: AttentionAttrs, bias: TensorType | undefined): AttentionKind {
  const { distancesFrom, dropout } = attrs;
  const drops = dropout !== undefined;
  if (!distancesFrom) return { bias: { type: "linear" }, drops };
  const rows = defined(bias, "biases by distance").shape[0] ?? 0;
  const reach = (rows - 1) / 2;
  return { bias: { type: "relative", reach, fromLastKey: distancesFrom === "last-key" }, drops };
}

/** Optional inputs of attention and its backward ops. */
export interface AttentionExtras {
  readonly bias?: Value | undefined;
  /** Output of `attentionSeed`, which includes the bias. */
  readonly seed?: Value | undefined;
}

/** The optional inputs that follow the first five. */
export function attentionExtras(inputs: readonly Value[], { dropout }: AttentionAttrs): AttentionExtras {
  const extras = inputs.slice(5);
  const seed = dropout === undefined ? undefined : extras.pop();
  return { bias: extras[0], seed };
}

/** Dimensions of an attention problem. */
export interface AttentionDims {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Head dimension. */
  readonly width: number;
}

/** Dimensions from q (B,Tq,H,D) and k (B,Tk,KV,D). */
export function attentionDims(q: TensorType, k: TensorType): AttentionDims {
  const [batch, queries, heads, width] = q.shape as [number, number, number, number];
  const [, keys, kvHeads] = k.shape as [number, number, number, number];
  return { batch, queries, keys, heads, kvHeads, width };
}

/** The kernels with variants; names match shaders under shaders/attention. */
export type AttentionPhase = "forward" | "backward_query" | "backward_key_value";

/**
 * Interchangeable kernels: tiles in shared memory, one workgroup per row for few queries, and both again in the
 * registers of a quad for software GPUs. On a software GPU without subgroups, a row gets a workgroup of four lanes (one
 * SIMD group), within which barriers are nearly free.
 */
export type AttentionVariant = "tiled" | "decode" | "quad" | "quad_decode" | "four_decode";

/** Tuning key of a problem. */
function attentionProblem(phase: AttentionPhase, dims: AttentionDims, drops = false): string {
  const { batch, queries, keys, heads, kvHeads, width } = dims;
  const dropping = drops ? " dropping" : "";
  return `attention ${phase} ${batch}x${queries}x${keys} H${heads}/${kvHeads} D${width}${dropping}`;
}

/** Up to this many queries, tiles would be mostly empty. */
const DECODE_QUERIES = 8;

/** A quad keeps its rows of dk and dv in function-scope arrays, limited to the 8192 bytes that WGSL guarantees. */
const MAX_QUAD_WIDTH = 224;

/** Applicable variants for a problem on this device, the default first. */
function attentionVariants(
  phase: AttentionPhase,
  dims: AttentionDims,
  tuning: Tuning,
  scattered = false,
): readonly AttentionVariant[] {
  const tiles: AttentionVariant[] = tuning.software ? ["quad", "tiled"] : ["tiled", "quad"];
  const rows: AttentionVariant[] = tuning.software
    ? ["quad_decode", "four_decode", "decode"]
    : ["decode", "four_decode", "quad_decode"];
  const alone: AttentionVariant[] = tuning.software ? ["four_decode", "decode"] : ["decode", "four_decode"];
  const unscattered = dims.queries <= DECODE_QUERIES ? [...rows, ...tiles] : [...tiles, ...rows];
  const forward = scattered ? [...new Set([...alone, ...unscattered])] : unscattered;
  return (phase === "forward" ? forward : tiles).filter((variant) => {
    if (VARIANTS[variant].requires.length === 0) return true;
    const hasRoom = phase !== "backward_key_value" || dims.width <= MAX_QUAD_WIDTH;
    return (
      dims.width % 4 === 0 && hasRoom && VARIANTS[variant].requires.every((feature) => tuning.has(feature))
    );
  });
}

/**
 * The kernel call of a phase with the tuned variant.
 *
 * @param inputs the op's inputs: five tensors, and the optional ones
 */
export function attentionCall(
  phase: AttentionPhase,
  dims: AttentionDims,
  attrs: AttentionAttrs,
  { inputs, outputs }: Pick<LowerContext<AttentionAttrs>, "inputs" | "outputs">,
  tuning: Tuning,
): KernelCall {
  const extras = attentionExtras(inputs, attrs);
  const kind = attentionKind(attrs, extras.bias?.type);
  const work = flops(phase, dims);
  const variants = attentionVariants(phase, dims, tuning, attrs.scattered).map((id) => {
    const call: KernelCall = {
      kernel: attentionKernel(id, phase, dims.width, kind),
      params: attentionParams(dims, attrs, extras.bias),
      operands: attentionOperands(inputs, extras, outputs),
      grid: VARIANTS[id].grid(phase, dims),
      flops: work,
      ...(id === "tiled" && { work: tiledWork(phase, dims) }),
    };
    return oneCall(id, VARIANTS[id].isTiled ? { ...call, split: TILE_SPLIT } : call);
  });
  const timed = timedVariants(phase, dims, attrs, tuning);
  const problem = {
    key: attentionProblem(phase, dims, kind.drops),
    work,
    variants: variants.filter(({ id }) => timed.includes(id as AttentionVariant)),
    // With zeros, no query would see any key.
    contents: { [KEY_END]: [dims.keys] },
  };
  const others = variants.filter(({ id }) => !timed.includes(id as AttentionVariant));
  return chooseCall(problem, others, tuning);
}

/** The operands in the shaders' binding order. Without a bias its binding is unused but must be bound. */
function attentionOperands(
  inputs: readonly Value[],
  { bias, seed }: AttentionExtras,
  outputs: readonly Value[],
): Value[] {
  const tensors = inputs.slice(0, 5);
  return [...tensors, defined(seed ?? bias ?? tensors[0], "q"), ...outputs];
}

/** Splits along query tiles (key tiles in the gradients of k and v). */
const TILE_SPLIT = { axis: 0, param: "first_tile" } as const;

/** Operand index of `key_end` in the forward kernels. */
const KEY_END = 4;

/** Bytes that the tiled kernels read from workgroup memory per multiply-add: eight vec4 for 64. */
const TILED_SHARED_BYTES = 2;

/** What the GPU executes of the tiled kernels: all of every tile of 32 queries and 32 keys. */
function tiledWork(phase: AttentionPhase, dims: AttentionDims): KernelWork {
  const whole = (rows: number): number => Math.ceil(rows / 32) * 32;
  const executed = flops(phase, { ...dims, queries: whole(dims.queries), keys: whole(dims.keys) });
  return { flops: executed, sharedBytes: (executed / 2) * TILED_SHARED_BYTES };
}

/** Up to this many queries, one workgroup per row is timed against tiles. */
const TIMED_QUERIES = 32;

/** Variants to time, the default first, and fallbacks used only if those do not compile. */
function timedVariants(
  phase: AttentionPhase,
  dims: AttentionDims,
  { scattered = false }: AttentionAttrs,
  tuning: Tuning,
): readonly AttentionVariant[] {
  const [best = "tiled"] = attentionVariants(phase, dims, tuning, scattered);
  if (scattered || tuning.software || phase !== "forward" || dims.queries > TIMED_QUERIES) return [best];
  return best === "decode" ? ["decode", "tiled"] : ["tiled", "decode"];
}

/** Params of all attention kernels. */
export function attentionParams(dims: AttentionDims, attrs: AttentionAttrs, bias?: Value): ParamValues {
  const { dropout = 0 } = attrs;
  return {
    queries: dims.queries,
    keys: dims.keys,
    heads: dims.heads,
    kv_heads: dims.kvHeads,
    prefix: Math.min(attrs.prefix, dims.keys),
    alibi: bias && !attrs.distancesFrom ? 1 : 0,
    scale: attrs.scale,
    first_tile: 0,
    drop_threshold: dropThreshold(dropout),
    keep_scale: dropout < 1 ? 1 / (1 - dropout) : 0,
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
  drop_threshold: "u32",
  keep_scale: "f32",
} as const;

const BINDINGS: Readonly<Record<AttentionPhase, Kernel["bindings"]>> = {
  forward: ["read", "read", "read", "read", "read", "read", "read_write", "read_write"],
  backward_query: ["read", "read", "read", "read", "read", "read", "read_write"],
  backward_key_value: ["read", "read", "read", "read", "read", "read", "read_write", "read_write"],
};

/** Library for loading heads of `width`: vec4 if divisible by four, else scalar. */
function elementFile(width: number): string {
  return width % 4 === 0 ? "attention/element_vec4" : "attention/element_f32";
}

interface VariantSpec {
  /** Shader under shaders/attention, if named differently from the variant. */
  readonly shader?: string;
  readonly defines?: Kernel["defines"];
  readonly includes: readonly string[];
  /** Additional includes of the backward kernels. */
  readonly backwardIncludes?: readonly string[];
  /** Required features; variants that require subgroups load heads as vec4. */
  readonly requires: readonly GPUFeatureName[];
  /** Whether workgroups along x are tiles, so that a call can be split between them. */
  readonly isTiled: boolean;
  grid(phase: AttentionPhase, dims: AttentionDims): Grid;
}

/** Grid with one workgroup per `size` rows: of keys in the gradients of k and v, else of queries. */
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

/** Includes and constants of a kind. */
function kindParts({ bias, drops }: AttentionKind): Pick<Kernel, "includes" | "defines"> {
  const dropping = drops ? ["lib/pcg", "attention/drop_some"] : ["attention/drop_none"];
  return {
    includes: [...dropping, `attention/bias_${bias.type}`, "attention/inputs"],
    defines: bias.type === "relative" ? { REACH: bias.reach, FROM_LAST: bias.fromLastKey ? 1 : 0 } : {},
  };
}

/** The kernel of a variant for head dimension `width`. */
function attentionKernel(
  variant: AttentionVariant,
  phase: AttentionPhase,
  width: number,
  kind: AttentionKind,
): Kernel {
  const { shader = variant, defines = {}, includes, backwardIncludes = [], requires } = VARIANTS[variant];
  const forward = phase === "forward";
  const parts = kindParts(kind);
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

/** The kernel for the gradient of the relative position bias. */
function attentionBackwardBiasKernel(width: number, kind: AttentionKind): Kernel {
  const parts = kindParts(kind);
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

/** The call of that kernel: one workgroup per distance and head. */
export function attentionBackwardBiasCall(
  dims: AttentionDims,
  attrs: AttentionAttrs,
  { inputs, outputs }: Pick<LowerContext<AttentionAttrs>, "inputs" | "outputs">,
): KernelCall {
  const extras = attentionExtras(inputs, attrs);
  const bias = defined(extras.bias, "biases by distance");
  return {
    kernel: attentionBackwardBiasKernel(dims.width, attentionKind(attrs, bias.type)),
    params: attentionParams(dims, attrs, bias),
    operands: attentionOperands(inputs, extras, outputs),
    grid: [bias.type.shape[0] ?? 0, dims.heads, 1],
    flops: 4 * dims.batch * dims.heads * dims.queries * dims.keys * dims.width,
  };
}

/** The kernel that packs the per-query statistics for the backward kernels. */
export function attentionStatsKernel(width: number): Kernel {
  return defineKernel({
    shader: "attention/stats",
    includes: ["lib/grid", elementFile(width), "attention/common"],
    defines: { HEAD_DIM: width },
    params: PARAMS,
    bindings: ["read", "read", "read", "read", "read", "read_write"],
  });
}

/** FLOPs with every key visible: the actual ranges are unknown until run time. */
function flops(phase: AttentionPhase, dims: AttentionDims): number {
  const products = { forward: 2, backward_query: 3, backward_key_value: 4 }[phase];
  return 2 * products * dims.batch * dims.heads * dims.queries * dims.keys * dims.width;
}
