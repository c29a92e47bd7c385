import type { Gpu } from "../../../src/engine/gpu/device";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import { type StorageKind, storageKinds } from "../../../src/engine/graph/op";
import { f32, type Value } from "../../../src/engine/graph/value";
import type { GemmForm } from "../../../src/engine/kernels/matmul-variants";
import { blockKinds, dotLibraries } from "../../../src/engine/kernels/storage";
import { linear } from "../../../src/engine/ops/linear";
import { matmul } from "../../../src/engine/ops/matmul";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { dotTolerance } from "../errors";
import { runGraph } from "../run-graph";
import { storedMatrix, type StoredMatrix } from "../stored-matrix";
import { opCase, type RegisteredCase } from "./case";

type Sizes = readonly [m: number, n: number, k: number];

const product = (form: GemmForm, [m, n, k]: Sizes): RegisteredCase =>
  opCase({
    name: `matmul ${form} ${m}x${n}x${k}`,
    op: matmul,
    attrs: { form, alpha: 0.5 },
    inputs: [
      { type: form === "tn" ? f32(k, m) : f32(m, k), grad: true },
      { type: form === "nt" ? f32(n, k) : f32(k, n), grad: true },
    ],
    reference: ([a, b]) => {
      const c = new Float64Array(m * n);
      c.forEach((_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        for (let p = 0; p < k; p++) {
          const left = form === "tn" ? a![p * m + i]! : a![i * k + p]!;
          c[at]! += 0.5 * left * (form === "nt" ? b![j * k + p]! : b![p * n + j]!);
        }
      });
      return [c];
    },
  });

interface LinearShape {
  readonly rows: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly kind: StorageKind;
  readonly shardRows?: number;
}

/** y = x Wᵀ and dx = dy W for a frozen W. */
function frozen(shape: LinearShape): RegisteredCase {
  const { rows, inFeatures, outFeatures, kind, shardRows = outFeatures } = shape;
  const name = `linear ${kind} ${rows}x${inFeatures} to ${outFeatures} in shards of ${shardRows}`;
  const stored = (): StoredMatrix => storedMatrix(outFeatures, inFeatures, kind, shardRows);
  const trace = (): { graph: Graph; wanted: Record<string, Value> } => {
    const graph = new Graph();
    const x = graph.parameter("x", f32(rows, inFeatures));
    const y = graph.apply(linear, [x], { weight: stored().ref, transposed: false });
    differentiate(graph, y, graph.input("dy", y.type));
    return { graph, wanted: { y, dx: graph.gradient("x", x.type) } };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const { graph, wanted } = trace();
    const weight = stored();
    const [x, dy] = [normal(rows * inFeatures, 1), normal(rows * outFeatures, 2)];
    const { y, dx } = await runGraph(gpu, graph, wanted, { leaves: { x, dy }, weights: { weight } });
    const expectedY = new Float64Array(rows * outFeatures);
    const expectedDx = new Float64Array(rows * inFeatures);
    for (let row = 0; row < rows; row++) {
      for (let out = 0; out < outFeatures; out++) {
        for (let i = 0; i < inFeatures; i++) {
          const w = weight.values[out * inFeatures + i]!;
          expectedY[row * outFeatures + out]! += x[row * inFeatures + i]! * w;
          expectedDx[row * inFeatures + i]! += dy[row * outFeatures + out]! * w;
        }
      }
    }
    const isInBlocks = blockKinds.includes(kind);
    expectClose(y!, expectedY, dotTolerance(inFeatures, isInBlocks), `${name}: y`);
    expectClose(dx!, expectedDx, dotTolerance(outFeatures, isInBlocks), `${name}: dx`);
  };
  return { name, trace: () => trace().graph, check };
}

const FORMS: readonly GemmForm[] = ["nt", "nn", "tn"];

export const matmulCases: readonly RegisteredCase[] = [
  ...FORMS.flatMap((form) => [product(form, [1, 1, 1]), product(form, [5, 3, 7]), product(form, [8, 12, 4])]),
  ...storageKinds.flatMap((kind) => [
    frozen({ rows: 1, inFeatures: 8, outFeatures: 4, kind }),
    frozen({ rows: 5, inFeatures: 7, outFeatures: 3, kind }),
    frozen({ rows: 6, inFeatures: 12, outFeatures: 136, kind, shardRows: 64 }),
    // Enough rows for software GPUs to dequantise in panels.
    frozen({ rows: 17, inFeatures: 7, outFeatures: 131, kind, shardRows: 64 }),
  ]),
  ...blockKinds
    .filter((kind) => dotLibraries(kind))
    .map((kind) => frozen({ rows: 2, inFeatures: 256, outFeatures: 14, kind, shardRows: 64 })),
  // More weight rows than fit one panel.
  frozen({ rows: 16, inFeatures: 4096, outFeatures: 260, kind: "q4_0" }),
];
