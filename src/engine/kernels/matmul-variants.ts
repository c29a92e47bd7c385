import { type StorageKind, storageKinds } from "../graph/op";
import { defineKernel, flatGrid, type Grid, type Kernel, MAX_WORKGROUPS } from "../gpu/kernel";
import { weightLibraries } from "./storage";

/**
 * How the factors of a product are stored.
 * - `nt`: C[m,n] = Σk A[m,k] B[n,k]
 * - `nn`: C[m,n] = Σk A[m,k] B[k,n]
 * - `tn`: C[m,n] = Σk A[k,m] B[k,n]
 */
export type GemmForm = "nt" | "nn" | "tn";

/** What decides which kernels can compute a product; strides count elements. */
export interface GemmShape {
  readonly form: GemmForm;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** How B is stored. */
  readonly kind: StorageKind;
  readonly aStride: number;
  readonly bStride: number;
  readonly cStride: number;
  /** The element of C where the result's (0,0) goes. */
  readonly cOffset: number;
}

export type GemmVariantId =
  "quad" | "quad_gemv" | "four_gemv" | "tile_32" | "tile_64" | "tile_128" | "gemv" | "guarded";

/** One way to compute a product on the GPU. */
export interface GemmVariant {
  readonly requires: readonly GPUFeatureName[];
  /** Whether the kernel is right for the shape (speed is the chooser's matter). */
  supports(shape: GemmShape): boolean;
  kernel(shape: GemmShape): Kernel;
  grid(shape: GemmShape): Grid;
  /** False where its workgroups have no tiles of x and y, along which a long product could be cut. */
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

/** Whether both factors can be read four elements of a stored row at a time. */
function readsByFour({ form, m, n, k, aStride, bStride }: GemmShape): boolean {
  const rowLengths = { nt: [k], nn: [n], tn: [m, n] }[form];
  return [...rowLengths, aStride, bStride].every((length) => length % 4 === 0);
}

/** How the result is written: four elements of a row at a time where they lie aligned. */
function output({ n, cStride, cOffset }: GemmShape): string {
  const isAligned = [n, cStride, cOffset].every((length) => length % 4 === 0);
  return isAligned ? "lib/output_f32x4" : "lib/output_f32";
}

function gridOf(columns: number, rows: number): (shape: GemmShape) => Grid {
  return ({ m, n }) => [Math.ceil(n / columns), Math.ceil(m / rows), 1];
}

/** Elements that one quad makes, by form. */
const quadTiles = { nt: gridOf(12, 16), nn: gridOf(16, 12), tn: gridOf(16, 16) };

/** Registers only, four lanes that exchange by quad swaps: for software GPUs. */
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

/**
 * Workgroup tiles for GPUs; an invocation makes 8 x 4 elements. Tiles are made by 64 invocations or more: Metal's compiler
 * loses barriers in workgroups of 32 or fewer (docs/browsers.md).
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

/** Lanes share k for a few columns of one row: decoding. B is read anew for each row. */
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

/** Any shape and stride. */
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
  quad_gemv: gemv("matmul/quad_gemv", 8, {}, ["subgroups"]),
  // Barriers cost a software GPU next to nothing where a workgroup is the four lanes that it computes at once.
  four_gemv: gemv("matmul/gemv", 4, { LANES: 4 }, []),
  tile_32: tile(32, 64),
  tile_64: tile(64, 64),
  tile_128: tile(128, 64),
  gemv: gemv("matmul/gemv", 4, { LANES: 64 }, []),
  guarded,
};

/** Every kernel of every form and storage kind, for a shape that is a multiple of every tile and for one of none. */
export const gemmKernels: readonly Kernel[] = (["nt", "nn", "tn"] as const).flatMap((form) =>
  storageKinds.flatMap((kind) =>
    [128, 127].flatMap((size) => {
      const strides = { aStride: size, bStride: size, cStride: size, cOffset: 0 };
      const shape: GemmShape = { form, kind, m: size, n: size, k: size, ...strides };
      return Object.values(gemmVariants)
        .filter((variant) => variant.supports(shape))
        .map((variant) => variant.kernel(shape));
    }),
  ),
);
