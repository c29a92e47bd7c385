import type { StorageKind } from "../graph/op";
import { defineKernel, flatGrid, type Grid, type Kernel, MAX_WORKGROUPS } from "../gpu/kernel";
import { dotLibraries, weightLibraries } from "./storage";

/**
 * Storage of the operands.
 * - `nt`: C[m,n] = Σk A[m,k] B[n,k]
 * - `nn`: C[m,n] = Σk A[m,k] B[k,n]
 * - `tn`: C[m,n] = Σk A[k,m] B[k,n]
 */
export type GemmForm = "nt" | "nn" | "tn";

/** Shape and layout of a product, which determine the applicable kernels. Strides are in elements. */
export interface GemmShape {
  readonly form: GemmForm;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Storage format of B. */
  readonly kind: StorageKind;
  readonly aStride: number;
  readonly bStride: number;
  readonly cStride: number;
  /** Offset of the result in C, in elements. */
  readonly cOffset: number;
}

export type GemmVariantId =
  | "quad"
  | "quad_wide"
  | "quad_gemv"
  | "four_gemv"
  | "quad_blocks_gemv"
  | "four_blocks_gemv"
  | "blocks_gemv"
  | "tile_32"
  | "tile_64"
  | "tile_128"
  | "gemv"
  | "guarded";

/** A GEMM or GEMV kernel family. */
export interface GemmVariant {
  readonly requires: readonly GPUFeatureName[];
  /** Whether the kernel handles the shape; performance is the caller's concern. */
  supports(shape: GemmShape): boolean;
  kernel(shape: GemmShape): Kernel;
  grid(shape: GemmShape): Grid;
  /** Whether workgroups are tiles along x and y, so that a long product can be split between dispatches. */
  readonly tiled: boolean;
}

const params = {
  m: "u32",
  n: "u32",
  k: "u32",
  a_stride: "u32",
  b_stride: "u32",
  c_stride: "u32",
  c_offset: "u32",
  alpha: "f32",
  accumulate: "u32",
  first_x: "u32",
  first_y: "u32",
} as const;

const bindings = ["read", "read", "read_write"] as const;

/** Whether both operands can be loaded as vec4 along their stored rows. */
function readsByFour({ form, m, n, k, aStride, bStride }: GemmShape): boolean {
  const rowLengths = { nt: [k], nn: [n], tn: [m, n] }[form];
  return [...rowLengths, aStride, bStride].every((length) => length % 4 === 0);
}

/** Output library: vec4 stores if the result is aligned. */
function output({ n, cStride, cOffset }: GemmShape): string {
  const isAligned = [n, cStride, cOffset].every((length) => length % 4 === 0);
  return isAligned ? "lib/output_f32x4" : "lib/output_f32";
}

function gridOf(columns: number, rows: number): (shape: GemmShape) => Grid {
  return ({ m, n }) => [Math.ceil(n / columns), Math.ceil(m / rows), 1];
}

/** Output tile of one quad, by form. */
const quadTiles = { nt: gridOf(12, 16), nn: gridOf(16, 12), tn: gridOf(16, 16) };

/** Register tiling, exchanging operands by quad swaps and without barriers: for software GPUs. */
const quad: GemmVariant = {
  requires: ["subgroups"],
  supports: readsByFour,
  kernel: (shape) =>
    defineKernel({
      shader: `matmul/quad_${shape.form}`,
      includes: ["lib/matmul", output(shape), ...weightLibraries(shape.kind, 4), "lib/quad"],
      requires: ["subgroups"],
      params,
      bindings,
    }),
  grid: (shape) => quadTiles[shape.form](shape),
  tiled: true,
};

/** As {@link quad} with larger tiles, for products with enough rows. */
const quadWide: GemmVariant = {
  requires: ["subgroups"],
  supports: (shape) => shape.form === "nt" && readsByFour(shape),
  kernel: (shape) =>
    defineKernel({
      shader: "matmul/quad_wide_nt",
      includes: ["lib/matmul", output(shape), ...weightLibraries(shape.kind, 4), "lib/quad"],
      requires: ["subgroups"],
      params,
      bindings,
    }),
  grid: gridOf(16, 32),
  tiled: true,
};

/**
 * Workgroup tiles in shared memory; each invocation computes 8 x 4 elements. Workgroups have at least 64 invocations:
 * Metal's compiler drops barriers in workgroups of 32 or fewer (docs/browsers.md).
 */
function tile(rows: number, columns: number): GemmVariant {
  return {
    requires: [],
    supports: readsByFour,
    kernel: (shape) =>
      defineKernel({
        shader: "matmul/tile",
        includes: [
          "lib/matmul",
          output(shape),
          ...weightLibraries(shape.kind, 4),
          shape.form === "tn" ? "lib/tile_a_columns" : "lib/tile_a_rows",
          shape.form === "nt" ? "lib/tile_b_rows" : "lib/tile_b_columns",
        ],
        defines: { ROWS: rows, COLUMNS: columns },
        params,
        bindings,
      }),
    grid: gridOf(columns, rows),
    tiled: true,
  };
}

/** Lanes split k for a few columns of one row, for decoding. B is re-read for each row. */
function gemv(
  shader: string,
  columns: number,
  defines: Kernel["defines"],
  requires: readonly GPUFeatureName[],
): GemmVariant {
  return {
    requires,
    supports: (shape) => shape.form === "nt" && shape.m <= MAX_WORKGROUPS && readsByFour(shape),
    kernel: (shape) =>
      defineKernel({
        shader,
        includes: ["lib/grid", "lib/matmul", output(shape), ...weightLibraries(shape.kind, 4)],
        defines,
        requires,
        params,
        bindings,
      }),
    grid: ({ m, n }) => {
      const [x, y] = flatGrid(Math.ceil(n / columns));
      return [x, y, m];
    },
    tiled: false,
  };
}

/** Lanes split k by quantised blocks for a few columns of one row, for decoding. */
function blocksGemv(
  reduce: "lib/reduce" | "lib/reduce_quad",
  lanes: number,
  requires: readonly GPUFeatureName[],
): GemmVariant {
  return {
    requires,
    supports: (shape) =>
      shape.form === "nt" &&
      shape.m <= MAX_WORKGROUPS &&
      dotLibraries(shape.kind) !== null &&
      shape.k % 32 === 0 &&
      shape.bStride === shape.k &&
      shape.aStride % 4 === 0,
    kernel: (shape) =>
      defineKernel({
        shader: "matmul/gemv_blocks",
        includes: ["lib/grid", "lib/matmul", output(shape), ...(dotLibraries(shape.kind) ?? []), reduce],
        defines: { LANES: lanes },
        requires,
        params,
        bindings,
      }),
    grid: ({ m, n }) => {
      const [x, y] = flatGrid(Math.ceil(n / 8));
      return [x, y, m];
    },
    tiled: false,
  };
}

/** Bounds-checked scalar fallback for any shape and stride. */
const guarded: GemmVariant = {
  requires: [],
  supports: () => true,
  kernel: ({ form, kind }) =>
    defineKernel({
      shader: "matmul/guarded",
      includes: ["lib/matmul", "lib/output_f32", ...weightLibraries(kind, 1), `lib/operands_${form}`],
      params,
      bindings,
    }),
  grid: gridOf(32, 32),
  tiled: true,
};

export const gemmVariants: Readonly<Record<GemmVariantId, GemmVariant>> = {
  quad,
  quad_wide: quadWide,
  quad_gemv: gemv("matmul/quad_gemv", 8, {}, ["subgroups"]),
  // A workgroup of four lanes is one SIMD group of the software GPU, within which barriers are nearly free.
  four_gemv: gemv("matmul/gemv", 4, { LANES: 4 }, []),
  quad_blocks_gemv: blocksGemv("lib/reduce_quad", 4, ["subgroups"]),
  four_blocks_gemv: blocksGemv("lib/reduce", 4, []),
  blocks_gemv: blocksGemv("lib/reduce", 64, []),
  tile_32: tile(32, 64),
  tile_64: tile(64, 64),
  tile_128: tile(128, 64),
  gemv: gemv("matmul/gemv", 4, { LANES: 64 }, []),
  guarded,
};
