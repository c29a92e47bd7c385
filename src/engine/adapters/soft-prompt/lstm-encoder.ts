import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { addBias } from "../../ops/add-bias";
import { lstm } from "../../ops/lstm";
import { matmul } from "../../ops/matmul";
import { applyDropout } from "../../nn/step-scalars";
import { hostMatmul, uniform } from "../common/dense";
import type { HostTensor, ParameterSpec } from "../common/method";
import type { PromptEncoder } from "./prompt-encoder";

const LSTM = "prompt_encoder.lstm_head";

export interface LstmShape {
  /** Input width. */
  readonly width: number;
  /** State size per direction. */
  readonly hidden: number;
  readonly layers: number;
  /** Dropout probability between layers. */
  readonly dropout: number;
}

/** One direction of a layer; PyTorch appends `suffix` to its parameter names. */
interface Direction {
  readonly suffix: string;
  readonly inFeatures: number;
  readonly hidden: number;
}

/** A bidirectional LSTM equivalent to PyTorch's: (tokens, width) -> (tokens, 2 hidden). */
export function lstmEncoder(shape: LstmShape): PromptEncoder {
  const { width, hidden, layers } = shape;
  const pairs = Array.from({ length: layers }, (_, layer): readonly [Direction, Direction] => {
    const sizes = { inFeatures: layer === 0 ? width : 2 * hidden, hidden };
    return [
      { suffix: `l${layer}`, ...sizes },
      { suffix: `l${layer}_reverse`, ...sizes },
    ];
  });
  return {
    parameters: pairs.flat().flatMap(directionParameters),
    apply: (graph, x, mode) =>
      pairs.reduce((value, pair, layer) => {
        const probability = layer > 0 && mode === "train" ? shape.dropout : 0;
        return applyLayer(graph, pair, applyDropout(graph, value, probability, layer));
      }, x),
    encode: (trained, x) => pairs.reduce((value, pair) => hostLayer(trained, pair, value), x),
  };
}

/** PyTorch's names and initialisation U(±1/√hidden). */
function directionParameters({ suffix, inFeatures, hidden }: Direction): ParameterSpec[] {
  const parameter = (kind: string, ...shape: number[]): ParameterSpec => ({
    name: `${LSTM}.${kind}_${suffix}`,
    shape,
    init: ({ random }) =>
      uniform(
        random,
        shape.reduce((product, size) => product * size, 1),
        1 / Math.sqrt(hidden),
      ),
  });
  return [
    parameter("weight_ih", 4 * hidden, inFeatures),
    parameter("weight_hh", 4 * hidden, hidden),
    parameter("bias_ih", 4 * hidden),
    parameter("bias_hh", 4 * hidden),
  ];
}

function applyLayer(graph: Graph, pair: readonly [Direction, Direction], x: Value): Value {
  const sums = pair.map(({ suffix, inFeatures, hidden }) => {
    const weight = graph.parameter(`${LSTM}.weight_ih_${suffix}`, f32(4 * hidden, inFeatures));
    const product = graph.apply(matmul, [x, weight], { form: "nt", alpha: 1 });
    return ["bias_ih", "bias_hh"].reduce(
      (sum, kind) =>
        graph.apply(addBias, [sum, graph.parameter(`${LSTM}.${kind}_${suffix}`, f32(4 * hidden))], {}),
      product,
    );
  });
  const recurrent = pair.map(({ suffix, hidden }) =>
    graph.parameter(`${LSTM}.weight_hh_${suffix}`, f32(4 * hidden, hidden)),
  );
  return defined(graph.applyAll(lstm, [...sums, ...recurrent], {})[0], "output of lstm");
}

function hostLayer(
  trained: ReadonlyMap<string, HostTensor>,
  pair: readonly [Direction, Direction],
  x: HostTensor,
): HostTensor {
  const tokens = x.shape[0] ?? 0;
  const { hidden } = pair[0];
  const y = new Float32Array(tokens * 2 * hidden);
  pair.forEach((direction, side) => {
    const places = Array.from({ length: tokens }, (_, step) => (side === 0 ? step : tokens - 1 - step));
    hostDirection(trained, direction, x, places).forEach((h, step) =>
      y.set(h, ((places[step] ?? 0) * 2 + side) * hidden),
    );
  });
  return { shape: [tokens, 2 * hidden], data: y };
}

/** h after each step, in the order of `places`. */
function hostDirection(
  trained: ReadonlyMap<string, HostTensor>,
  { suffix, inFeatures, hidden }: Direction,
  x: HostTensor,
  places: readonly number[],
): Float32Array[] {
  const part = (kind: string): Float32Array =>
    defined(trained.get(`${LSTM}.${kind}_${suffix}`), `${kind}_${suffix}`).data;
  const inputs = hostMatmul(x, part("weight_ih"), 4 * hidden, inFeatures).data;
  const [inputBias, stateBias] = [part("bias_ih"), part("bias_hh")];
  let h = new Float32Array(hidden);
  let c = new Float32Array(hidden);
  return places.map((place) => {
    const fromState = hostMatmul({ shape: [1, hidden], data: h }, part("weight_hh"), 4 * hidden, hidden).data;
    const sum = (gate: number, unit: number): number => {
      const row = gate * hidden + unit;
      const fromInput = inputs[place * 4 * hidden + row] ?? 0;
      return fromInput + (fromState[row] ?? 0) + (inputBias[row] ?? 0) + (stateBias[row] ?? 0);
    };
    c = c.map(
      (value, unit) => sigmoid(sum(1, unit)) * value + sigmoid(sum(0, unit)) * Math.tanh(sum(2, unit)),
    );
    h = c.map((value, unit) => sigmoid(sum(3, unit)) * Math.tanh(value));
    return h;
  });
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
