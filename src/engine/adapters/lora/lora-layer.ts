import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import type { LinearSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { addBias } from "../../ops/add-bias";
import { doraGain } from "../../ops/dora-gain";
import { matmul } from "../../ops/matmul";
import { linear } from "../../ops/linear";
import { multiplyRow } from "../../ops/multiply";
import { rowSquares } from "../../ops/row-squares";
import { scale as scaleOp } from "../../ops/scale";
import { applyDropout } from "../../nn/step-scalars";
import { addProduct, baseMatrix, updateWeight, rowNorms, scaleRows } from "../common/base-matrix";
import type { LinearSite, LowRankUpdate } from "../../nn/hooks";
import { type LoraOptions, subtractsInit } from "./lora-options";
import type { BaseChange, HostTensor, InitContext, ParameterSpec, Random } from "../common/method";
import { optionError } from "../common/option-reader";
import { firstOrthonormal } from "./qr";
import { type SingularTriplets, topSingularTriplets } from "./svd";
import { patternValue } from "../common/targets";

/** A layer with a LoRA update. */
export interface LoraLayer {
  readonly layer: LinearSpec;
  readonly rank: number;
  readonly scale: number;
  /** Layer number; seeds the dropout mask. */
  readonly index: number;
  readonly options: LoraOptions;
}

/** PEFT's tensor names for a layer. */
function names({ path }: LinearSpec): Record<"a" | "b" | "bBias" | "magnitude" | "a0" | "b0", string> {
  const prefix = `base_model.model.${path}`;
  return {
    a: `${prefix}.lora_A.weight`,
    b: `${prefix}.lora_B.weight`,
    bBias: `${prefix}.lora_B.bias`,
    magnitude: `${prefix}.lora_magnitude_vector`,
    // Initial factors that PiSSA or OLoRA subtract from the base.
    a0: `${prefix}.pissa_A`,
    b0: `${prefix}.pissa_B`,
  };
}

/** Rank and scale of a module: lora_alpha / r, or lora_alpha / √r with rsLoRA (arXiv 2312.03732). */
export function rankAndScale(path: string, options: LoraOptions): Pick<LoraLayer, "rank" | "scale"> {
  const rank = patternValue(options.rankPattern, path, options.r);
  const alpha = patternValue(options.alphaPattern, path, options.alpha);
  return { rank, scale: alpha / (options.rslora ? Math.sqrt(rank) : rank) };
}

/** Resolves the layer's rank and scale. */
export function loraLayer(layer: LinearSpec, index: number, options: LoraOptions): LoraLayer {
  return { layer, ...rankAndScale(layer.path, options), index, options };
}

/**
 * A starts Kaiming uniform or normal(0, 1/r), B and its bias at zero, the magnitude at W's row norms. PiSSA and OLoRA
 * start from a decomposition of W.
 */
export function loraParameters(lora: LoraLayer): ParameterSpec[] {
  const { layer, rank, options } = lora;
  if (subtractsInit(options)) return decomposedParameters(lora);
  const { inFeatures, outFeatures } = layer;
  const name = names(layer);
  const learningRateFactor = options.learningRateRatio;
  const zeros = (count: number) => () => new Float32Array(count);
  const bias = { name: name.bBias, shape: [outFeatures], init: zeros(outFeatures), learningRateFactor };
  const magnitude: ParameterSpec = {
    name: name.magnitude,
    shape: [outFeatures],
    learningRateFactor,
    init: async (context) => rowNorms(await baseMatrix(context, layer), outFeatures),
  };
  return [
    {
      name: name.a,
      shape: [rank, inFeatures],
      init: ({ random }) => initialA(random, rank, inFeatures, options.init === "gaussian"),
    },
    { name: name.b, shape: [outFeatures, rank], init: zeros(outFeatures * rank), learningRateFactor },
    ...(options.loraBias ? [bias] : []),
    ...(options.dora ? [magnitude] : []),
  ];
}

/** PiSSA or OLoRA: both factors start at A₀ and B₀, with fixed copies to subtract from the base. */
function decomposedParameters({ layer, rank, scale, options }: LoraLayer): ParameterSpec[] {
  const { inFeatures, outFeatures } = layer;
  const maxRank = Math.min(inFeatures, outFeatures);
  if (rank > maxRank)
    throw optionError("r", {
      code: "config/start-rank",
      init: options.init,
      module: layer.path,
      rank,
      maxRank,
    });
  let start: Promise<InitialFactors> | null = null;
  const find = async (context: InitContext): Promise<InitialFactors> => {
    const matrix = await baseMatrix(context, layer);
    return options.init === "olora"
      ? oloraFactors(matrix, outFeatures, rank)
      : pissaFactors(topSingularTriplets(matrix, outFeatures, rank, context.random), scale);
  };
  // Both factors and their fixed copies come from one decomposition.
  const part = (key: "a" | "b") => async (context: InitContext) =>
    (await (start ??= find(context)))[key].slice();
  const name = names(layer);
  const learningRateFactor = options.learningRateRatio;
  const [aShape, bShape] = [
    [rank, inFeatures],
    [outFeatures, rank],
  ];
  return [
    { name: name.a, shape: aShape, init: part("a") },
    { name: name.b, shape: bShape, init: part("b"), learningRateFactor },
    { name: name.a0, shape: aShape, init: part("a"), fixed: true, fromBase: true },
    { name: name.b0, shape: bShape, init: part("b"), fixed: true, fromBase: true },
  ];
}

type InitialFactors = Readonly<Record<"a" | "b", Float32Array<ArrayBuffer>>>;

/** The first columns of Q and rows of R of W = Q R. */
function oloraFactors(matrix: Float32Array<ArrayBuffer>, rows: number, rank: number): InitialFactors {
  const columns = matrix.length / rows;
  const q = firstOrthonormal(matrix, rows, rank);
  const a = new Float64Array(rank * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < rank; k++) {
      const factor = q[row * rank + k] ?? 0;
      for (let j = 0; j < columns; j++) {
        a[k * columns + j] = (a[k * columns + j] ?? 0) + factor * (matrix[row * columns + j] ?? 0);
      }
    }
  }
  return { a: Float32Array.from(a), b: Float32Array.from(q) };
}

/** The top singular triplets of W, divided by s and split evenly: A = √σ vᵀ, B = u √σ. */
function pissaFactors({ values, left, right }: SingularTriplets, scale: number): InitialFactors {
  const roots = values.map((value) => Math.sqrt(value / scale));
  const a = right.flatMap((vector, k) => Array.from(vector, (value) => value * (roots[k] ?? 0)));
  const rows = left[0]?.length ?? 0;
  const b = Float32Array.from(
    { length: rows * roots.length },
    (_, i) => (left[i % roots.length]?.[Math.floor(i / roots.length)] ?? 0) * (roots[i % roots.length] ?? 0),
  );
  return { a: Float32Array.from(a), b };
}

/** Kaiming uniform with a = √5, i.e. U(±1/√in), or normal with standard deviation 1/r. */
function initialA(
  random: Random,
  rank: number,
  inFeatures: number,
  gaussian: boolean,
): Float32Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(inFeatures);
  const draw = gaussian ? () => random.normal() / rank : () => (2 * random.uniform() - 1) * bound;
  return Float32Array.from({ length: rank * inFeatures }, draw);
}

/** Output of the adapted layer. */
export function applyLora(graph: Graph, lora: LoraLayer, site: LinearSite, trains: boolean): Value {
  const { x } = site;
  const dropped = applyDropout(graph, x, trains ? lora.options.dropout : 0, lora.index);
  const update = lowRankUpdate(graph, lora, dropped);
  const y = site.multiply(x);
  if (!lora.options.dora) return site.addBias(graph.apply(add, [y, update], {}));
  const gain = magnitudeGain(graph, lora, site);
  if (dropped === x) {
    return site.addBias(graph.apply(multiplyRow, [graph.apply(add, [y, update], {}), gain], {}));
  }
  // DoRA with dropout: W x + (m/n − 1) ⊙ W x_d + (m/n) ⊙ s B A x_d, where only the base term sees the undropped x.
  const kept = site.multiply(dropped);
  const gained = graph.apply(multiplyRow, [graph.apply(add, [kept, update], {}), gain], {});
  const without = graph.apply(add, [y, graph.apply(scaleOp, [kept], { alpha: -1 })], {});
  return site.addBias(graph.apply(add, [without, gained], {}));
}

/** Low-rank update of the head's logits: s · (dropout(h) Aᵀ) Bᵀ, with s folded into the first factor. */
export function headUpdate(graph: Graph, lora: LoraLayer, hidden: Value, trains: boolean): LowRankUpdate {
  const { layer, rank, scale, options, index } = lora;
  const name = names(layer);
  const dropped = applyDropout(graph, hidden, trains ? options.dropout : 0, index);
  const a = graph.parameter(name.a, f32(rank, layer.inFeatures));
  const low = graph.apply(matmul, [dropped, a], { form: "nt", alpha: scale });
  return { low, up: graph.parameter(name.b, f32(layer.outFeatures, rank)) };
}

/** s · (x Aᵀ) Bᵀ, plus B's bias if any; B A is never materialised. */
function lowRankUpdate(graph: Graph, { layer, rank, scale, options }: LoraLayer, x: Value): Value {
  const { inFeatures, outFeatures } = layer;
  const name = names(layer);
  const a = graph.parameter(name.a, f32(rank, inFeatures));
  const b = graph.parameter(name.b, f32(outFeatures, rank));
  const product = (right: Value, left: Value, factor: number): Value => {
    const low = graph.apply(matmul, [x, right], { form: "nt", alpha: 1 });
    return graph.apply(matmul, [low, left], { form: "nt", alpha: factor });
  };
  const update = product(a, b, scale);
  if (subtractsInit(options)) {
    const a0 = graph.fixed(name.a0, f32(rank, inFeatures));
    const b0 = graph.fixed(name.b0, f32(outFeatures, rank));
    return graph.apply(add, [update, product(a0, b0, -scale)], {});
  }
  if (!options.loraBias) return update;
  const bias = graph.parameter(name.bBias, f32(outFeatures));
  return graph.apply(addBias, [update, graph.apply(scaleOp, [bias], { alpha: scale })], {});
}

/** DoRA's gain per output: magnitude / |W + s B A|, by row. */
function magnitudeGain(graph: Graph, { layer, rank, scale }: LoraLayer, site: LinearSite): Value {
  const name = names(layer);
  const a = graph.parameter(name.a, f32(rank, layer.inFeatures));
  const b = graph.parameter(name.b, f32(layer.outFeatures, rank));
  const magnitude = graph.parameter(name.magnitude, f32(layer.outFeatures));
  const squares = graph.apply(rowSquares, [], { weight: site.weight });
  const crossed = graph.apply(linear, [a], { weight: site.weight, transposed: false });
  const gram = graph.apply(matmul, [a, a], { form: "nt", alpha: 1 });
  const spread = graph.apply(matmul, [b, gram], { form: "nn", alpha: 1 });
  const [gain] = graph.applyAll(doraGain, [magnitude, squares, crossed, b, spread], { scale });
  return defined(gain, "gain");
}

/** PiSSA or OLoRA as a plain LoRA of twice the rank, as PEFT converts it: A stacked on A₀, B next to −B₀. */
export function exportChange(
  layers: readonly LoraLayer[],
  trained: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  const saved = new Map<string, HostTensor>();
  for (const { layer, rank } of layers) {
    const name = names(layer);
    const { inFeatures, outFeatures } = layer;
    const values = (of: string): Float32Array<ArrayBuffer> => defined(trained.get(of), of).data;
    const a = new Float32Array(2 * rank * inFeatures);
    a.set(values(name.a));
    a.set(values(name.a0), rank * inFeatures);
    const b = new Float32Array(2 * rank * outFeatures);
    const [end, start] = [values(name.b), values(name.b0).map((value) => -value)];
    for (let row = 0; row < outFeatures; row++) {
      b.set(end.subarray(row * rank, (row + 1) * rank), 2 * row * rank);
      b.set(start.subarray(row * rank, (row + 1) * rank), (2 * row + 1) * rank);
    }
    saved.set(name.a, { shape: [2 * rank, inFeatures], data: a });
    saved.set(name.b, { shape: [outFeatures, 2 * rank], data: b });
  }
  return saved;
}

/** Merged base tensors of a layer. */
export function mergeLora(
  { layer, rank, scale, options }: LoraLayer,
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange][] {
  const name = names(layer);
  const values = (of: string): Float32Array<ArrayBuffer> => defined(trained.get(of), of).data;
  const rows = layer.outFeatures;
  const weight: BaseChange = (base) =>
    updateWeight(layer, base, (matrix) => {
      addProduct(matrix, values(name.b), values(name.a), { rows, rank, factor: scale });
      if (subtractsInit(options))
        addProduct(matrix, values(name.b0), values(name.a0), { rows, rank, factor: -scale });
      if (!options.dora) return;
      const lengths = rowNorms(matrix, rows);
      scaleRows(
        matrix,
        values(name.magnitude).map((m, row) => m / (lengths[row] ?? 1)),
      );
    });
  const bias: BaseChange = ({ shape, data }) => {
    const update = values(name.bBias);
    return { shape, data: data.map((value, i) => value + scale * (update[i] ?? 0)) };
  };
  const changes: [string, BaseChange][] = [[`${layer.path}.weight`, weight]];
  return options.loraBias ? [...changes, [`${layer.path}.bias`, bias]] : changes;
}
