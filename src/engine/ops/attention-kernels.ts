import { defined } from "../../lib/invariant";
import type { KernelCall, Tuning } from "../graph/op";
import type { TensorType, Value } from "../graph/value";
import { defineKernel, type Grid, type Kernel, type ParamValues } from "../kernels/kernel";

/** What a query may see and how its scores are made. */
export interface AttentionAttrs {
  /** Factor of the dot products, usually 1 / sqrt(D). */
  readonly scale: number;
  /** Keys 0 … prefix − 1 are visible to every query (prefix tuning). */
  readonly prefix: number;
  /** Scores are bounded to ±softcap by softcap · tanh(score / softcap); 0 or absent for no bound. */
  readonly softcap?: number;
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
 * registers of a quad for adapters that compute on the processor.
 */
export type AttentionVariant = "tiled" | "decode" | "quad" | "quad_decode";

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
  const rows: AttentionVariant[] = tuning.software ? ["quad_decode", "decode"] : ["decode", "quad_decode"];
  const forward = dims.queries <= DECODE_QUERIES ? [...rows, ...tiles] : [...tiles, ...rows];
  return (phase === "forward" ? forward : tiles).filter((variant) => {
    if (VARIANTS[variant].requires.length === 0) return true;
    const hasRoom = phase !== "backward_key_value" || dims.width <= MAX_QUAD_WIDTH;
    return (
      dims.width % 4 === 0 && hasRoom && VARIANTS[variant].requires.every((feature) => tuning.has(feature))
    );
  });
}

/** The call of one phase with the variant that the tuning chooses; `operands` as the shader binds them. */
export function attentionCall(
  phase: AttentionPhase,
  dims: AttentionDims,
  attrs: AttentionAttrs,
  operands: readonly Value[],
  slopes: Value | undefined,
  tuning: Tuning,
): KernelCall {
  const variants = attentionVariants(phase, dims, tuning);
  const chosen = tuning.choice(attentionProblem(phase, dims));
  const variant = variants.find((candidate) => candidate === chosen) ?? defined(variants[0], "variant");
  return {
    kernel: attentionKernel(variant, phase, dims.width, (attrs.softcap ?? 0) > 0),
    params: attentionParams(dims, attrs, slopes),
    operands,
    grid: VARIANTS[variant].grid(phase, dims),
    flops: flops(phase, dims),
  };
}

/** Params of all attention kernels. */
export function attentionParams(dims: AttentionDims, attrs: AttentionAttrs, slopes?: Value): ParamValues {
  return {
    queries: dims.queries,
    keys: dims.keys,
    heads: dims.heads,
    kv_heads: dims.kvHeads,
    prefix: Math.min(attrs.prefix, dims.keys),
    alibi: slopes ? 1 : 0,
    scale: attrs.scale,
    softcap: attrs.softcap ?? 0,
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
  softcap: "f32",
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
  readonly includes: readonly string[];
  /** Variants that require quads read heads as vectors of four. */
  readonly requires: readonly GPUFeatureName[];
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
  tiled: { includes: ["attention/tile"], requires: [], grid: tileGrid(32) },
  quad: {
    includes: ["lib/quad", "attention/quad_rows", "attention/quad_tile"],
    requires: ["subgroups"],
    grid: tileGrid(16),
  },
  decode: { includes: [], requires: [], grid: tileGrid(1) },
  quad_decode: {
    includes: ["lib/quad", "attention/quad_rows"],
    requires: ["subgroups"],
    grid: (_, { batch, queries, heads, kvHeads }) => [
      Math.ceil((queries * heads) / kvHeads / 4),
      kvHeads,
      batch,
    ],
  },
};

/** The kernel of one variant for heads of `width`; `softcap` says whether scores are bounded. */
export function attentionKernel(
  variant: AttentionVariant,
  phase: AttentionPhase,
  width: number,
  softcap: boolean,
): Kernel {
  const { includes, requires } = VARIANTS[variant];
  const forward = phase === "forward";
  return defineKernel({
    shader: `attention/${variant}${forward ? "" : `_${phase}`}`,
    includes: [
      elementFile(width),
      "attention/common",
      softcap ? "attention/score_softcap" : "attention/score_plain",
      "attention/inputs",
      ...(forward ? [] : ["attention/backward_inputs"]),
      ...includes,
    ],
    defines: { HEAD_DIM: width },
    params: PARAMS,
    bindings: BINDINGS[phase],
    requires,
  });
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
