import type { KernelWork, StorageKind } from "../graph/op";
import { defineKernel, flatGrid, type Grid, type Kernel, MAX_WORKGROUPS } from "../gpu/kernel";
import { MAX_DISPATCH_FLOPS } from "../graph/split-call";
import { dotLibraries, weightLibraries } from "./storage";
import { elementKernels } from "./variants";

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
  | "tile_wide"
  | "split_32"
  | "split_64"
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
  readonly tile: OutputTile;
  /** Whether workgroups along z sum over parts of k, which a second kernel adds up; see {@link partsOf}. */
  readonly splitsK?: boolean;
}

/** The part of C that is computed together, with edges that are dropped. */
export interface OutputTile {
  readonly rows: number;
  readonly columns: number;
  /** Bytes read from workgroup memory per multiply-add. */
  readonly sharedBytesPerFma: number;
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
  first_part: "u32",
  part_k: "u32",
} as const;

const bindings = ["read", "read", "read_write"] as const;

const byFour = (...lengths: readonly number[]): boolean => lengths.every((length) => length % 4 === 0);

/** Library that loads four elements of A along its stored rows. */
function aLibrary({ form, m, k, aStride }: GemmShape): string {
  if (!byFour(aStride)) return "lib/a_scalar";
  return byFour(form === "tn" ? m : k) ? "lib/a_vec4" : "lib/a_padded";
}

/** Whether four elements of B can be loaded along its stored rows; those of `nn` and `tn` past n are dropped. */
function readsBByFour({ form, k, bStride }: GemmShape): boolean {
  return byFour(bStride) && (form !== "nt" || byFour(k));
}

/** Libraries that load four elements of each operand along its stored rows. */
function operandLibraries(shape: GemmShape): readonly string[] {
  const b = readsBByFour(shape)
    ? weightLibraries(shape.kind, 4)
    : [...weightLibraries(shape.kind, 1), "lib/weight_edge"];
  return [aLibrary(shape), ...b];
}

/** Whether both operands can be loaded as vec4 along their stored rows. */
export function readsByFour(shape: GemmShape): boolean {
  return byFour(shape.aStride) && readsBByFour(shape);
}

/** Output library: vec4 stores if the result is aligned. */
function output({ n, cStride, cOffset }: GemmShape): string {
  return byFour(n, cStride, cOffset) ? "lib/output_f32x4" : "lib/output_f32";
}

function gridOf(columns: number, rows: number): (shape: GemmShape) => Grid {
  return ({ m, n }) => [Math.ceil(n / columns), Math.ceil(m / rows), 1];
}

/** What the GPU executes of a product: all of every tile. */
export function gemmWork(
  { tile: { rows, columns, sharedBytesPerFma } }: GemmVariant,
  shape: GemmShape,
): KernelWork {
  const fmas = Math.ceil(shape.m / rows) * rows * Math.ceil(shape.n / columns) * columns * shape.k;
  return { flops: 2 * fmas, sharedBytes: fmas * sharedBytesPerFma };
}

/** Output tile of one quad, by form. */
const quadTiles = { nt: gridOf(12, 16), nn: gridOf(16, 12), tn: gridOf(16, 16) };

/** Register tiling, exchanging operands by quad swaps and without barriers: for software GPUs. */
const quad: GemmVariant = {
  requires: ["subgroups"],
  supports: () => true,
  kernel: (shape) =>
    defineKernel({
      shader: `matmul/quad_${shape.form}`,
      includes: ["lib/matmul", output(shape), ...operandLibraries(shape), "lib/quad"],
      requires: ["subgroups"],
      params,
      bindings,
    }),
  grid: (shape) => quadTiles[shape.form](shape),
  tiled: true,
  tile: { rows: 16, columns: 16, sharedBytesPerFma: 0 },
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
  tile: { rows: 32, columns: 16, sharedBytesPerFma: 0 },
};

/** Libraries that load blocks of the operands for the tiled kernels. */
function blockLoaders(shape: GemmShape): readonly string[] {
  return [
    ...operandLibraries(shape),
    shape.form === "tn" ? "lib/tile_a_columns" : "lib/tile_a_rows",
    shape.form === "nt" ? "lib/tile_b_rows" : "lib/tile_b_columns",
  ];
}

/**
 * Workgroup tiles in shared memory; each invocation computes 8 x 4 elements. Workgroups have at least 64 invocations:
 * Metal's compiler drops barriers in workgroups of 32 or fewer (docs/browsers.md).
 */
function tile(rows: number, columns: number, splitsK = false): GemmVariant {
  const outputTile = { rows, columns, sharedBytesPerFma: TILE_SHARED_BYTES };
  return {
    requires: [],
    supports: (shape) => !splitsK || partsOf(shape, outputTile) > 1,
    kernel: (shape) =>
      defineKernel({
        shader: "matmul/tile",
        includes: [
          "lib/matmul",
          ...(splitsK ? ["lib/split_k"] : [output(shape), "lib/whole_k"]),
          ...blockLoaders(shape),
        ],
        defines: { ROWS: rows, COLUMNS: columns },
        params,
        bindings,
      }),
    grid: (shape) => {
      const [x, y] = gridOf(columns, rows)(shape);
      return [x, y, splitsK ? partsOf(shape, outputTile) : 1];
    },
    tiled: true,
    tile: outputTile,
    splitsK,
  };
}

/** An invocation reads three vec4 from workgroup memory for 8 x 4 multiply-adds. */
const TILE_SHARED_BYTES = 1.5;

/** Tiles of 128 x 128; each invocation computes 8 x 8 elements and loads the next blocks meanwhile. */
const wide: GemmVariant = {
  requires: [],
  supports: () => true,
  kernel: (shape) =>
    defineKernel({
      shader: "matmul/tile_wide",
      includes: ["lib/matmul", output(shape), ...blockLoaders(shape)],
      defines: { ROWS: 128, COLUMNS: 128 },
      params,
      bindings,
    }),
  grid: gridOf(128, 128),
  tiled: true,
  // Four vec4 for 8 x 8 multiply-adds.
  tile: { rows: 128, columns: 128, sharedBytesPerFma: 1 },
};

/** Workgroups that fill a GPU. */
const ENOUGH_WORKGROUPS = 256;
const MAX_PARTS = 64;
/** Maximum bytes of the sums over parts, which are alive beside the loss's logits. */
const PARTS_BYTES = 8 * 2 ** 20;
/** Shortest part of k, of which the kernels load 16 at a time. */
const LEAST_PART_K = 32;

/** Parts of k that give each dispatch enough workgroups; 1 if there are enough tiles, or k is short. */
export function partsOf(
  { m, n, k }: GemmShape,
  { rows, columns }: Pick<OutputTile, "rows" | "columns">,
): number {
  const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
  const dispatches = Math.max(1, (2 * m * n * k) / MAX_DISPATCH_FLOPS);
  const wanted = Math.floor((ENOUGH_WORKGROUPS * dispatches) / Math.max(1, tiles));
  const within = Math.floor(PARTS_BYTES / (4 * m * Math.ceil(n / 4) * 4 || 1));
  const most = Math.min(MAX_PARTS, Math.floor(k / LEAST_PART_K), wanted, within);
  return most < 2 ? 1 : Math.ceil(k / partLength(k, most));
}

/** Length of each of `parts` parts of k but the last, in whole tiles. */
export function partLength(k: number, parts: number): number {
  return Math.ceil(k / parts / 16) * 16;
}

/** Adds up the sums over parts of k. */
export const sumPartsKernels = elementKernels({
  shader: "matmul/sum_parts",
  params: {
    count: "u32",
    rows: "u32",
    columns: "u32",
    parts: "u32",
    stride: "u32",
    c_stride: "u32",
    c_offset: "u32",
    alpha: "f32",
    accumulate: "u32",
  },
  bindings: ["read", "read_write"],
});

/** Lanes split k for a few columns of one row, for decoding. B is re-read for each row. */
function gemv(
  shader: string,
  columns: number,
  defines: Kernel["defines"],
  requires: readonly GPUFeatureName[],
): GemmVariant {
  return {
    requires,
    supports: (shape) => shape.form === "nt" && shape.m <= MAX_WORKGROUPS,
    kernel: (shape) =>
      defineKernel({
        shader,
        includes: ["lib/grid", "lib/matmul", output(shape), ...operandLibraries(shape)],
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
    tile: { rows: 1, columns, sharedBytesPerFma: 0 },
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
    tile: { rows: 1, columns: 8, sharedBytesPerFma: 0 },
  };
}

/** Scalar loads of each element by each invocation: the fallback where nothing else compiles. */
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
  // Caches serve eight scalar loads for 4 x 4 multiply-adds, at best as fast as workgroup memory.
  tile: { rows: 4, columns: 4, sharedBytesPerFma: 2 },
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
  tile_wide: wide,
  split_32: tile(32, 64, true),
  split_64: tile(64, 64, true),
  gemv: gemv("matmul/gemv", 4, { LANES: 64 }, []),
  guarded,
};
