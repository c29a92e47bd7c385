import { beforeAll, describe, expect, test, type TestContext } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { PipelineCache } from "../../src/engine/gpu/pipelines";
import { type StorageKind, storageKinds } from "../../src/engine/graph/op";
import {
  type GemmForm,
  type GemmShape,
  type GemmVariantId,
  gemmVariants,
  readsByFour,
} from "../../src/engine/kernels/matmul-variants";
import { allCases } from "../support/cases";
import { expectClose } from "../support/compare";
import { dotTolerance } from "../support/errors";
import { exactNumbers, type GemmCase, gemmReference, runGemm } from "../support/gemm";
import { sharedTestGpu } from "../support/gpu";
import { pipelinesOf } from "../support/run-graph";
import { storedNumbers } from "../support/stored-numbers";

let gpu: Gpu;
let pipelines: PipelineCache;
beforeAll(async () => {
  gpu = await sharedTestGpu();
  pipelines = pipelinesOf(gpu);
});

const forms: readonly GemmForm[] = ["nt", "nn", "tn"];
const variants = Object.keys(gemmVariants) as GemmVariantId[];

/** One, primes, sizes below and above every tile, whole and partial tiles, adapter ranks. */
const sizes: readonly (readonly [m: number, n: number, k: number])[] = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 13, 11],
  [1, 37, 20],
  [2, 4, 8],
  [12, 8, 5],
  [16, 12, 16],
  [20, 36, 12],
  [8, 40, 33],
  [68, 132, 20],
  [20, 36, 200],
  [5, 7, 131],
];

/** Elementwise storage kinds, which can hold all numbers of these tests. */
const plainKinds: readonly StorageKind[] = ["f32", "f16", "bf16"];
/** Partial blocks, whole blocks, and several blocks. */
const blockSizes: typeof sizes = [
  [17, 13, 11],
  [3, 132, 128],
  [2, 12, 512],
  [1, 20, 256],
];

/** A product without gaps between rows. */
function dense(form: GemmForm, [m, n, k]: readonly [number, number, number], kind: StorageKind): GemmCase {
  const strides = { aStride: form === "tn" ? m : k, bStride: form === "nt" ? k : n, cStride: n };
  const matrices = { a: exactNumbers(m * k, 1), b: exactNumbers(n * k, 2), c: exactNumbers(m * n, 3) };
  const gemm = { form, m, n, k, kind, ...strides, ...matrices, cOffset: 0, alpha: 1, accumulate: false };
  return inBlocks(gemm);
}

/** The same case, with B replaced by values that its storage kind can represent. */
function inBlocks(gemm: GemmCase): GemmCase {
  if (plainKinds.includes(gemm.kind)) return gemm;
  const { values, bytes } = storedNumbers(gemm.kind, gemm.b.length, 2);
  return { ...gemm, b: values, stored: bytes };
}

/** The same case, with gaps of NaN after the rows of A and B, and accumulating into part of a larger C. */
function spread(gemm: GemmCase, cOffset: number): GemmCase {
  const gap = (values: Float32Array, width: number, stride: number): Float32Array<ArrayBuffer> => {
    const wide = new Float32Array(Math.max(1, values.length / width) * stride).fill(NaN);
    values.forEach((value, i) => (wide[Math.floor(i / width) * stride + (i % width)] = value));
    return wide;
  };
  const stride = (width: number): number => Math.ceil(width / 4) * 4 + 4;
  const [aStride, bStride] = [stride(gemm.aStride), stride(gemm.bStride)];
  const cStride = gemm.n + cOffset;
  return inBlocks({
    ...gemm,
    aStride,
    bStride,
    cStride,
    cOffset,
    a: gap(gemm.a, gemm.aStride, aStride),
    b: gap(gemm.b, gemm.bStride, bStride),
    c: exactNumbers(gemm.m * cStride + cOffset, 3),
    alpha: -0.5,
    accumulate: true,
  });
}

async function check(id: GemmVariantId, gemm: GemmCase): Promise<void> {
  const { form, m, n, k, kind } = gemm;
  const got = await runGemm(gpu, pipelines, id, gemm);
  const tolerance = dotTolerance(k, !plainKinds.includes(kind));
  expectClose(got, gemmReference(gemm), tolerance, `${id} ${form} ${kind} ${m}x${n}x${k}`);
}

/**
 * Skips a test, with a reason, if this GPU lacks a feature, or if the suite with hardware kernels tries the variant:
 * one that needs no feature, and takes a software GPU seconds to compile.
 */
function skipUntried(context: TestContext, id: GemmVariantId): void {
  const missing = gemmVariants[id].requires.filter((feature) => !gpu.has(feature));
  context.skip(missing.length > 0, `this GPU has no ${missing.join(", ")}`);
  const isRepeated = gpu.info.software && gemmVariants[id].requires.length === 0;
  context.skip(isRepeated, "the suite with hardware kernels tries it");
}

/**
 * The storage kinds to try. Tiles differ by two constants, so that outside of CI only the smallest is tried on all
 * kinds, and only in the form of forward passes.
 */
function kindsOf(id: GemmVariantId, form: GemmForm): readonly StorageKind[] {
  if (form === "tn") return ["f32"];
  if (allCases || !/^(tile|split)/.test(id)) return storageKinds;
  if (form !== "nt") return id === "tile_32" ? ["f32", "q4_k"] : ["f32"];
  return id === "tile_32" ? storageKinds : ["f32", "q4_k"];
}

/** All sizes and storage kinds, dense and strided; fewer if there are too many rows for decoding. */
function casesOf(id: GemmVariantId, form: GemmForm): readonly GemmCase[] {
  const tried = (kind: StorageKind): typeof sizes => (plainKinds.includes(kind) ? sizes : blockSizes);
  const products = kindsOf(id, form).flatMap((kind) =>
    tried(kind)
      .filter(([m]) => !id.endsWith("gemv") || m <= 20)
      .map((size) => dense(form, size, kind)),
  );
  const spreads = [3, 4].flatMap((offset) => products.map((product) => spread(product, offset)));
  // Every pair of loaders is another kernel to compile, and matrices that are quantised are aligned.
  const unaligned = /^(tile|split)/.test(id) && id !== "tile_32" ? (allCases ? ["f32"] : []) : ["f32", "f16"];
  const isTried = (gemm: GemmCase): boolean => {
    const isWhole = plainKinds.includes(gemm.kind) || gemm.n % 4 === 0;
    return id === "guarded" || unaligned.includes(gemm.kind) || (readsByFour(gemm) && isWhole);
  };
  return [...products, ...spreads].filter((gemm) => gemmVariants[id].supports(gemm) && isTried(gemm));
}

describe.each(variants)("%s", (id) => {
  const variant = gemmVariants[id];
  const shapesOf = (form: GemmForm): readonly GemmShape[] =>
    [
      ...sizes.map((size) => dense(form, size, "f32")),
      ...blockSizes.map((size) => dense(form, size, "q4_0")),
    ].filter((gemm) => variant.supports(gemm));
  const small = (form: GemmForm): GemmCase => {
    const plain = dense(form, [4, 8, 4], "f32");
    return variant.supports(plain) ? plain : dense(form, [4, 8, 32], "q4_0");
  };
  const supported = forms.filter((form) => shapesOf(form).length > 0);

  test.for(supported)("%s equals float64 over awkward shapes and storage kinds", async (form, context) => {
    skipUntried(context, id);
    for (const gemm of casesOf(id, form)) await check(id, gemm);
  });

  test.for(supported)("%s over an empty sum gives zero, and over no rows nothing", async (form, context) => {
    skipUntried(context, id);
    const noSum = { ...small(form), k: 0 };
    context.skip(variant.splitsK === true, "there is no sum to split");
    expect([...(await runGemm(gpu, pipelines, id, noSum))]).toEqual(new Array(32).fill(0));
    const noRows = { ...small(form), m: 0 };
    expect(await runGemm(gpu, pipelines, id, noRows)).toEqual(noRows.c);
  });

  test.runIf(variant.tiled).for(supported)("%s cut into a dispatch for each tile", async (form, context) => {
    skipUntried(context, id);
    // Split along the longer side: once along y, once along x.
    for (const size of [
      [132, 20, 20],
      [20, 132, 20],
      [20, 36, 200],
    ] as const) {
      const gemm = dense(form, size, "f32");
      if (!variant.supports(gemm)) continue;
      const got = await runGemm(gpu, pipelines, id, gemm, 1);
      expectClose(got, gemmReference(gemm), 1e-6, `${id} ${form} ${size.join("x")}`);
    }
  });

  test("supports some of the shapes above", () => {
    expect(forms.flatMap(shapesOf).length).toBeGreaterThan(2);
  });
});

test("the grid of a decoding kernel folds past the limit of one dimension", async (context) => {
  context.skip(!gpu.has("subgroups"), "this GPU has no subgroups");
  await check("quad_gemv", dense("nt", [1, 8 * 65536 + 8, 4], "f32"));
});
