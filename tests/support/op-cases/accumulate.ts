import { Graph } from "../../../src/engine/graph/graph";
import type { Op } from "../../../src/engine/graph/op";
import { elementCount, f32, u32, type Value } from "../../../src/engine/graph/value";
import { accumulate } from "../../../src/engine/ops/add";
import { embeddingBackward } from "../../../src/engine/ops/embedding-trainable";
import { fastfoodLinear } from "../../../src/engine/ops/fastfood";
import { fromIdentity } from "../../../src/engine/ops/from-identity";
import { layerNormBackward, layerNormWeightBackward } from "../../../src/engine/ops/layer-norm";
import { linear } from "../../../src/engine/ops/linear";
import { matmul } from "../../../src/engine/ops/matmul";
import { reduceSum, sumSquares } from "../../../src/engine/ops/reduce-sum";
import { rmsNormBackward, rmsNormWeightBackward } from "../../../src/engine/ops/rms-norm";
import { scale } from "../../../src/engine/ops/scale";
import { sumRows } from "../../../src/engine/ops/sum-rows";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { runGraph } from "../run-graph";
import { storedMatrix } from "../stored-matrix";
import type { RegisteredCase } from "./case";

/** A shape to fill with seeded samples, or u32 data. */
type AddInput = readonly number[] | Uint32Array<ArrayBuffer>;

const isData = (input: AddInput): input is Uint32Array<ArrayBuffer> => input instanceof Uint32Array;

/** Checks that an accumulating op yields the previous contents plus its own output. */
function adds<A>(op: Op<A>, attrs: A, inputs: readonly AddInput[]): RegisteredCase {
  const trace = (): { graph: Graph; wanted: Record<string, Value> } => {
    const graph = new Graph();
    const values = inputs.map((input, index) =>
      graph.input(`x${index}`, isData(input) ? u32(input.length) : f32(...input)),
    );
    const [alone] = graph.applyAll(op, values, attrs) as [Value];
    const sum = graph.applyInto(op, values, attrs, graph.state("base", alone.type));
    return { graph, wanted: { alone, sum } };
  };
  const name = `${op.name} adds to ${inputs.map((input) => (isData(input) ? "u32" : input.join("x"))).join(", ")}`;
  return {
    name,
    trace: () => trace().graph,
    check: async (gpu) => {
      const { graph, wanted } = trace();
      const data = inputs.map((input, index) => (isData(input) ? input : normal(elementCount(input), index)));
      const base = normal(elementCount(wanted.alone!.type.shape), 50);
      const leaves = { ...Object.fromEntries(data.map((array, index) => [`x${index}`, array])), base };
      const { alone, sum } = await runGraph(gpu, graph, wanted, { leaves, weights: { weight: WEIGHT } });
      expectClose(
        sum!,
        alone!.map((value, i) => value + base[i]!),
        1e-6,
        name,
      );
    },
  };
}

const WEIGHT = storedMatrix(130, 12, "f32", 64);

export const accumulateCases: readonly RegisteredCase[] = [
  ...[[7], [3, 8]].flatMap((shape) => [adds(accumulate, {}, [shape]), adds(scale, { alpha: 0.5 }, [shape])]),
  adds(fromIdentity, { alpha: 0.5 }, [[7, 7]]),
  ...[7, 12].flatMap((n) => [
    adds(rmsNormBackward, { weightOffset: 0 }, [[3, n], [3, n], [n], [3]]),
    adds(rmsNormWeightBackward, {}, [[3, n], [3, n], [3]]),
    adds(layerNormBackward, {}, [[3, n], [3, n], [n], [3, 2]]),
    adds(layerNormWeightBackward, {}, [
      [3, n],
      [3, n],
      [3, 2],
    ]),
    // Ids 2, 0, 2: the first 2 has one later occurrence.
    adds(embeddingBackward, { rows: 4 }, [[3, n], Uint32Array.of(2, 0, 2), Uint32Array.of(1, 2, 1, 3, 0, 3)]),
    adds(sumRows, {}, [[5, n]]),
    adds(reduceSum, {}, [[5, n]]),
    adds(sumSquares, {}, [[1000, n]]),
    adds(matmul, { form: "nt", alpha: 0.5 }, [
      [5, n],
      [3, n],
    ]),
  ]),
  adds(linear, { weight: WEIGHT.ref, transposed: false }, [[5, 12]]),
  adds(linear, { weight: WEIGHT.ref, transposed: true }, [[5, 130]]),
  adds(fastfoodLinear, { seed: 3, rows: 5, columns: 12, form: "nt" }, [[3, 12], [4]]),
];
