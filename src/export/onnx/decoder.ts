import { type RopeSpec, rotaryFrequencies, rotaryPairs } from "../../engine/nn/rope-table";
import {
  type ActivationSpec,
  type BlockSpec,
  headLayer,
  type LinearSpec,
  type ModelSpec,
  type NormSpec,
} from "../../engine/nn/model-spec";
import { alibiSlopes } from "../../engine/nn/tables";
import { defined } from "../../lib/invariant";
import { dataType, type OnnxGraph } from "./graph";
import { type OnnxPrecision, Q4_BLOCK } from "./tensors";

/** Mask value added to scores: the lowest f32 rather than −∞, so that fully masked rows stay finite. */
const HIDDEN_SCORE = -3.4028234663852886e38;

/**
 * Writes a decoder's forward pass into `graph`: ids (batch, sequence), the attention mask (batch, past + sequence),
 * positions and each layer's past keys and values, to logits (batch, sequence, vocabulary) and the keys and values of all
 * positions. Weights are the external tensors `<module>.weight` and `<module>.bias`, shaped as Hugging Face stores them
 * unless `precision` is "Q4". Between matrix products everything is f32.
 */
export function writeDecoder(graph: OnnxGraph, spec: ModelSpec, precision: OnnxPrecision): void {
  new DecoderWriter(graph, spec, precision).write();
}

/** cos and sin of one rotary table, broadcast over query and key heads. */
interface Rotary {
  readonly dimension: number;
  readonly queries: readonly [cos: string, sin: string];
  readonly keys: readonly [cos: string, sin: string];
}

class DecoderWriter {
  readonly #graph: OnnxGraph;
  readonly #spec: ModelSpec;
  readonly #precision: OnnxPrecision;
  /** Query heads that share a key head. */
  readonly #group: number;

  constructor(graph: OnnxGraph, spec: ModelSpec, precision: OnnxPrecision) {
    this.#graph = graph;
    this.#spec = spec;
    this.#precision = precision;
    this.#group = spec.heads / spec.keyValueHeads;
  }

  write(): void {
    const graph = this.#graph;
    const { blocks, finalNorm, vocabularySize, projections, headInputScale, logitScale } = this.#spec;
    const ids = graph.input("input_ids", "INT64", ["batch_size", "sequence_length"]);
    const mask = graph.input("attention_mask", "INT64", ["batch_size", "total_sequence_length"]);
    const positions = graph.input("position_ids", "INT64", ["batch_size", "sequence_length"]);
    const shape = graph.node("Shape", [ids]);
    const masks = this.#masks(ids, mask);
    const rotary = this.#rotary(positions);

    let x = this.#embed(ids, positions);
    blocks.forEach((block, index) => {
      const { window, ropeTable = 0 } = block.attention;
      x = this.#block(x, block, index, shape, defined(masks.get(window), "mask"), rotary[ropeTable ?? -1]);
    });
    if (finalNorm) x = this.#norm(x, finalNorm);
    if (projections) x = this.#linear(x, projections.outOf);
    x = this.#scaled(x, headInputScale);
    const product = this.#matrixProduct(x, headLayer(this.#spec), this.#headWeight());
    const logits = this.#scaled(product, logitScale);
    const shaped = graph.node("Concat", [shape, graph.ints([vocabularySize])], { axis: 0 });
    graph.node("Reshape", [logits, shaped], {}, "logits");
    graph.output("logits", "FLOAT", ["batch_size", "sequence_length", vocabularySize]);
  }

  /** Token embeddings and everything added before the first block, (tokens, hidden). */
  #embed(ids: string, positions: string): string {
    const graph = this.#graph;
    const { embedTokens, embeddingSize, embeddingNorm, hiddenSize, projections } = this.#spec;
    const { embeddingScale, inputScale } = this.#spec;
    let x = this.#scaled(this.#rows(`${embedTokens}.weight`, ids, embeddingSize), embeddingScale);
    if (projections) x = this.#linear(x, projections.into);
    const { positions: kind } = this.#spec;
    if (kind.type === "learned") {
      const rows = kind.offset === 0 ? positions : graph.node("Add", [positions, graph.int(kind.offset)]);
      x = graph.node("Add", [x, this.#rows(`${kind.path}.weight`, rows, hiddenSize)]);
    }
    return this.#scaled(embeddingNorm ? this.#norm(x, embeddingNorm) : x, inputScale);
  }

  #scaled(x: string, factor: number | undefined): string {
    return factor === undefined ? x : this.#graph.node("Mul", [x, this.#graph.float(factor)]);
  }

  #rows(table: string, ids: string, width: number): string {
    const graph = this.#graph;
    const rows = graph.node("Reshape", [graph.node("Gather", [table, ids]), graph.ints([-1, width])]);
    return this.#precision === "F32" ? rows : this.#cast(rows, "FLOAT");
  }

  #block(
    x: string,
    block: BlockSpec,
    index: number,
    shape: string,
    mask: string,
    rotary: Rotary | undefined,
  ): string {
    const { outputNorms, normPlacement = "before", attentionNorm, mlpNorm, isParallel = false } = block;
    const isBefore = normPlacement === "before";
    const before = (input: string, norm: NormSpec | undefined): string =>
      isBefore && norm ? this.#norm(input, norm) : input;
    const join = (residual: string, output: string, outputNorm: NormSpec | undefined): string => {
      const normed = outputNorm ? this.#norm(output, outputNorm) : output;
      return this.#graph.node("Add", [residual, this.#scaled(normed, this.#spec.residualScale)]);
    };
    const after = (sum: string, norm: NormSpec | undefined): string =>
      isBefore || !norm ? sum : this.#norm(sum, norm);
    const attended = this.#attention(before(x, attentionNorm), block, index, shape, mask, rotary);
    const middle = after(join(x, attended, outputNorms?.attention), attentionNorm);
    const output = this.#mlp(before(isParallel ? x : middle, mlpNorm), block);
    return after(join(middle, output, outputNorms?.mlp), mlpNorm);
  }

  #attention(
    x: string,
    { attention }: BlockSpec,
    index: number,
    shape: string,
    mask: string,
    rotary: Rotary | undefined,
  ): string {
    const graph = this.#graph;
    const { heads, keyValueHeads, headDim, attentionScale = 1 / Math.sqrt(headDim) } = this.#spec;
    let { q, k, v } = this.#projections(x, attention, shape);
    if (attention.headNorms) {
      q = this.#norm(q, attention.headNorms.q);
      k = this.#norm(k, attention.headNorms.k);
    }
    if (rotary) {
      q = this.#rotate(q, rotary.dimension, rotary.queries);
      k = this.#rotate(k, rotary.dimension, rotary.keys);
    }
    k = this.#cached("key", index, k, keyValueHeads, headDim);
    v = this.#cached("value", index, v, keyValueHeads, headDim);
    if (this.#group > 1) {
      k = graph.node("Unsqueeze", [k, graph.ints([2])]);
      v = graph.node("Unsqueeze", [v, graph.ints([2])]);
    }
    const rank = this.#group > 1 ? [0, 1, 2, 4, 3] : [0, 1, 3, 2];
    const scaled = this.#operand(graph.node("Mul", [q, graph.float(attentionScale)]));
    const dots = graph.node("MatMul", [scaled, graph.node("Transpose", [k], { perm: { ints: rank } })]);
    const scores = graph.node("Add", [this.#result(dots), mask]);
    const shares = graph.node("Softmax", [scores], { axis: -1 });
    const mixed = this.#result(graph.node("MatMul", [this.#operand(shares), v]));
    const byToken = graph.node("Transpose", [mixed], {
      perm: { ints: this.#group > 1 ? [0, 3, 1, 2, 4] : [0, 2, 1, 3] },
    });
    return this.#linear(graph.node("Reshape", [byToken, graph.ints([-1, heads * headDim])]), attention.o);
  }

  /**
   * Queries (batch, heads, sequence, headDim), or (batch, key heads, group, sequence, headDim) where heads share keys;
   * keys and values (batch, key heads, sequence, headDim).
   */
  #projections(
    x: string,
    attention: BlockSpec["attention"],
    shape: string,
  ): { q: string; k: string; v: string } {
    const graph = this.#graph;
    const { heads, keyValueHeads, headDim } = this.#spec;
    const grouped = this.#group > 1;
    const sized = (input: string, sizes: readonly number[]): string =>
      graph.node("Reshape", [input, graph.node("Concat", [shape, graph.ints(sizes)], { axis: 0 })]);
    const keysOf = (input: string): string =>
      graph.node("Transpose", [sized(input, [keyValueHeads, headDim])], { perm: { ints: [0, 2, 1, 3] } });
    const queriesOf = (input: string): string =>
      graph.node(
        "Transpose",
        [sized(input, grouped ? [keyValueHeads, this.#group, headDim] : [heads, headDim])],
        {
          perm: { ints: grouped ? [0, 2, 3, 1, 4] : [0, 2, 1, 3] },
        },
      );
    const { projectionNorms: norms } = attention;
    const normed = (input: string, norm: NormSpec | undefined): string =>
      norm ? this.#norm(input, norm) : input;
    if (attention.type === "separate")
      return {
        q: queriesOf(normed(this.#linear(x, attention.q), norms?.q)),
        k: keysOf(normed(this.#linear(x, attention.k), norms?.k)),
        v: keysOf(this.#linear(x, attention.v)),
      };
    const fused = this.#linear(x, attention.qkv);
    const parts = attention.byHead
      ? this.#splitByHead(fused)
      : graph.split(fused, [heads * headDim, keyValueHeads * headDim, keyValueHeads * headDim]);
    const [q = "", k = "", v = ""] = parts;
    return { q: queriesOf(normed(q, norms?.q)), k: keysOf(normed(k, norms?.k)), v: keysOf(v) };
  }

  /** Splits rows of (heads, 3, headDim) into three of (heads × headDim). */
  #splitByHead(fused: string): string[] {
    const graph = this.#graph;
    const { heads, headDim } = this.#spec;
    const byHead = graph.node("Reshape", [fused, graph.ints([-1, heads, 3 * headDim])]);
    return graph
      .split(byHead, [headDim, headDim, headDim])
      .map((part) => graph.node("Reshape", [part, graph.ints([-1, heads * headDim])]));
  }

  /** Past keys or values followed by the new ones; an output of the graph. */
  #cached(what: "key" | "value", index: number, fresh: string, heads: number, width: number): string {
    const graph = this.#graph;
    const type = this.#precision === "F16" ? "FLOAT16" : "FLOAT";
    const name = `past_key_values.${index}.${what}`;
    const past = graph.input(name, type, ["batch_size", heads, "past_sequence_length", width]);
    const output = `present.${index}.${what}`;
    graph.output(output, type, ["batch_size", heads, "total_sequence_length", width]);
    return graph.node("Concat", [past, this.#operand(fresh)], { axis: 2 }, output);
  }

  #mlp(x: string, { mlp }: BlockSpec): string {
    if (mlp.type === "fused-gated") {
      const width = mlp.down.inFeatures;
      const [gate = "", up = ""] = this.#graph.split(this.#linear(x, mlp.gateUp), [width, width]);
      return this.#linear(this.#graph.node("Mul", [this.#activation(gate, mlp.activation), up]), mlp.down);
    }
    const up = this.#linear(x, mlp.up);
    if (mlp.type === "plain") return this.#linear(this.#activation(up, mlp.activation), mlp.down);
    const gate = this.#activation(this.#linear(x, mlp.gate), mlp.activation);
    return this.#linear(this.#graph.node("Mul", [gate, up]), mlp.down);
  }

  #activation(x: string, activation: ActivationSpec): string {
    const graph = this.#graph;
    if (activation === "relu") return graph.node("Relu", [x]);
    if (activation === "silu") return graph.node("Mul", [x, graph.node("Sigmoid", [x])]);
    const bent =
      activation === "gelu_tanh"
        ? graph.node("Tanh", [this.#tanhArgument(x)])
        : graph.node("Erf", [graph.node("Div", [x, graph.float(Math.SQRT2)])]);
    const half = graph.node("Mul", [x, graph.float(0.5)]);
    return graph.node("Mul", [half, graph.node("Add", [bent, graph.float(1)])]);
  }

  /** √(2/π) · (x + 0.044715 x³) */
  #tanhArgument(x: string): string {
    const graph = this.#graph;
    const cube = graph.node("Mul", [graph.node("Mul", [x, x]), x]);
    const sum = graph.node("Add", [x, graph.node("Mul", [cube, graph.float(0.044715)])]);
    return graph.node("Mul", [sum, graph.float(Math.sqrt(2 / Math.PI))]);
  }

  /** RMSNorm is composed of the operators that onnxruntime fuses: ONNX has one for it only from opset 23. */
  #norm(x: string, norm: NormSpec): string {
    const graph = this.#graph;
    const weight = `${norm.path}.weight`;
    if (norm.type === "layer")
      return graph.node("LayerNormalization", [x, weight, `${norm.path}.bias`], {
        axis: -1,
        epsilon: { float: norm.epsilon },
      });
    const squares = graph.node("Pow", [x, graph.float(2)]);
    const mean = graph.node("ReduceMean", [squares], { axes: { ints: [-1] }, keepdims: 1 });
    const root = graph.node("Sqrt", [graph.node("Add", [mean, graph.float(norm.epsilon)])]);
    const scale =
      norm.weightOffset === 0 ? weight : graph.node("Add", [weight, graph.float(norm.weightOffset)]);
    return graph.node("Mul", [graph.node("Div", [x, root]), scale]);
  }

  #linear(x: string, layer: LinearSpec): string {
    const product = this.#matrixProduct(x, layer, `${layer.path}.weight`);
    return layer.bias ? this.#graph.node("Add", [product, `${layer.path}.bias`]) : product;
  }

  /** x (tokens, in) times a weight, (tokens, out) in f32. */
  #matrixProduct(x: string, { inFeatures, outFeatures, conv1d }: LinearSpec, weight: string): string {
    const graph = this.#graph;
    if (this.#precision === "Q4")
      return graph.contrib("MatMulNBits", [x, `${weight}_Q4`, `${weight}_scales`], {
        K: inFeatures,
        N: outFeatures,
        bits: 4,
        block_size: Q4_BLOCK,
      });
    return this.#result(graph.node("Gemm", [this.#operand(x), weight], { transB: conv1d ? 0 : 1 }));
  }

  #headWeight(): string {
    const { head, embedTokens } = this.#spec;
    return `${head.tied ? embedTokens : head.path}.weight`;
  }

  /** Casts a value to the type of matrix products. */
  #operand(x: string): string {
    return this.#precision === "F16" ? this.#cast(x, "FLOAT16") : x;
  }

  /** Casts the result of a matrix product to f32. */
  #result(x: string): string {
    return this.#precision === "F16" ? this.#cast(x, "FLOAT") : x;
  }

  #cast(x: string, to: "FLOAT" | "FLOAT16"): string {
    return this.#graph.node("Cast", [x], { to: dataType(to) });
  }

  /** cos and sin at the positions, for each rotary table. */
  #rotary(positions: string): Rotary[] {
    const graph = this.#graph;
    const { positions: kind } = this.#spec;
    if (kind.type !== "rope") return [];
    const byHead = graph.node("Unsqueeze", [this.#cast(positions, "FLOAT"), graph.ints([1, 3])]);
    return kind.tables.map((table) => {
      const { scaling } = table;
      const angles = graph.node("Mul", [byHead, this.#frequencies(table, positions)]);
      const factor = "attentionFactor" in scaling ? scaling.attentionFactor : undefined;
      const keys = [
        this.#scaled(graph.node("Cos", [angles]), factor),
        this.#scaled(graph.node("Sin", [angles]), factor),
      ] as const;
      const grouped = (x: string): string =>
        this.#group > 1 ? graph.node("Unsqueeze", [x, graph.ints([2])]) : x;
      return { dimension: 2 * rotaryPairs(table), keys, queries: [grouped(keys[0]), grouped(keys[1])] };
    });
  }

  /** Angles per position. LongRoPE has others for texts beyond the original length. */
  #frequencies(table: RopeSpec, positions: string): string {
    const graph = this.#graph;
    const { scaling } = table;
    const row = (spec: RopeSpec): string => {
      const frequencies = rotaryFrequencies(spec);
      return graph.floats([frequencies.length], frequencies);
    };
    if (scaling.type !== "longrope") return row(table);
    const last = graph.node("ReduceMax", [positions], { keepdims: 0 });
    const isLong = graph.node("GreaterOrEqual", [last, graph.int(scaling.originalMaxPositions)]);
    const long = { ...table, scaling: { ...scaling, divisors: scaling.longDivisors } };
    return graph.node("Where", [isLong, row(long), row(table)]);
  }

  /** Rotates pairs (i, i + dimension / 2); elements beyond the dimension are unchanged. */
  #rotate(x: string, dimension: number, [cos, sin]: readonly [string, string]): string {
    const graph = this.#graph;
    const rest = this.#spec.headDim - dimension;
    const half = dimension / 2;
    const [first = "", second = "", passing] = graph.split(x, rest > 0 ? [half, half, rest] : [half, half]);
    const times = (a: string, b: string): string => graph.node("Mul", [a, b]);
    const rotated = [
      graph.node("Sub", [times(first, cos), times(second, sin)]),
      graph.node("Add", [times(second, cos), times(first, sin)]),
    ];
    return graph.node("Concat", passing === undefined ? rotated : [...rotated, passing], { axis: -1 });
  }

  /** Attention mask for each sliding window of the model, and without one. */
  #masks(ids: string, mask: string): Map<number | undefined, string> {
    const graph = this.#graph;
    const size = (of: string): string => graph.node("Gather", [graph.node("Shape", [of]), graph.int(1)]);
    const total = size(mask);
    const past = graph.node("Sub", [total, size(ids)]);
    const keys = graph.node("Range", [graph.int(0), total, graph.int(1)]);
    const queries = graph.node("Unsqueeze", [
      graph.node("Range", [past, total, graph.int(1)]),
      graph.ints([1]),
    ]);
    const causal = graph.node("LessOrEqual", [keys, queries]);
    const present = graph.node("Unsqueeze", [
      graph.node("Cast", [mask], { to: dataType("BOOL") }),
      graph.ints([1, 2]),
    ]);
    const bias = this.#keyBias(mask);
    const windows = new Set(this.#spec.blocks.map(({ attention }) => attention.window));
    return new Map(
      [...windows].map((window) => {
        const seen =
          window === undefined
            ? causal
            : graph.node("And", [
                causal,
                graph.node("Greater", [keys, graph.node("Sub", [queries, graph.int(window)])]),
              ]);
        const added = graph.node("Where", [
          graph.node("And", [seen, present]),
          bias,
          graph.float(HIDDEN_SCORE),
        ]);
        return [window, this.#group > 1 ? graph.node("Unsqueeze", [added, graph.ints([2])]) : added];
      }),
    );
  }

  /** 0, or ALiBi's slope × key position, (batch, heads, 1, total). */
  #keyBias(mask: string): string {
    const graph = this.#graph;
    const { positions, heads } = this.#spec;
    if (positions.type !== "alibi") return graph.float(0);
    const counted = graph.node("Sub", [graph.node("CumSum", [mask, graph.int(1)]), graph.int(1)]);
    const ordinal = this.#cast(graph.node("Mul", [counted, mask]), "FLOAT");
    const byHead = graph.node("Unsqueeze", [ordinal, graph.ints([1, 2])]);
    return graph.node("Mul", [byHead, graph.floats([heads, 1, 1], [...alibiSlopes(heads)])]);
  }
}
