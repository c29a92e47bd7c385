import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import type { ModelSpec } from "../../nn/model-spec";
import { splitColumns } from "../../ops/split-columns";
import { tanh } from "../../ops/tanh";
import { dense, type DenseLayer, denseParameters, fill, hostDense, hostMap } from "../common/dense";
import type { AdapterHooks } from "../../nn/hooks";
import { defineAdapter } from "../common/define-adapter";
import type { Adapter, HostTensor, ParameterSpec } from "../common/method";
import { EMBEDDING, importSoftPrompt, PROMPT_EMBEDDINGS, softPromptConfig, submodules } from "./soft-prompt";

export interface PrefixOptions {
  readonly tokens: number;
  /** Hidden width of the projection network; null without one. */
  readonly hidden: number | null;
  /** Zero initialisation instead of normal(0, 1). */
  readonly zero: boolean;
  /** Dropout probability of prefix elements, per sequence. */
  readonly dropout: number;
}

interface PrefixShape {
  readonly tokens: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  /** Width of a key or value: heads · headDim. */
  readonly tokenDim: number;
  readonly hidden: number | null;
}

const TRANSFORM = "prompt_encoder.transform";

/**
 * Virtual keys and values before each layer's own (the decoder's in an encoder-decoder), without rotary embedding,
 * saved in PEFT's layout: a row holds (layer, key/value, head, dim), flattened. With a projection, a row is
 * transform.2(tanh(transform.0(embedding))), and only the result is saved.
 */
export function prefixAdapter(model: ModelSpec, options: PrefixOptions): Adapter {
  const { tokens, hidden, zero } = options;
  const { keyValueHeads: heads, headDim } = model;
  const layers = model.blocks.length;
  const shape: PrefixShape = { tokens, layers, heads, headDim, tokenDim: heads * headDim, hidden };
  return defineAdapter({
    parameters: parameters(shape, zero),
    prefixLength: tokens,
    hooks: (graph, mode) =>
      makeHooks(graph, shape, mode === "train" ? options.dropout : 0, keyPiece(shape, submodules(model))),
    config: {
      ...softPromptConfig("PREFIX_TUNING", tokens, model, shape.tokenDim, heads),
      prefix_projection: hidden !== null,
      encoder_hidden_size: hidden,
    },
    exportTensors: (trained) => new Map([[PROMPT_EMBEDDINGS, encode(shape, trained)]]),
    importTensors: importSoftPrompt,
  });
}

const width = (shape: PrefixShape): number => shape.layers * 2 * shape.tokenDim;

/** Layers of the projection; null without one. */
function transform(shape: PrefixShape): readonly [DenseLayer, DenseLayer] | null {
  const { hidden, tokenDim } = shape;
  if (hidden === null) return null;
  return [
    { name: `${TRANSFORM}.0`, outFeatures: hidden, inFeatures: tokenDim },
    { name: `${TRANSFORM}.2`, outFeatures: width(shape), inFeatures: hidden },
  ];
}

function parameters(shape: PrefixShape, zero: boolean): ParameterSpec[] {
  const { tokens, tokenDim } = shape;
  const table = (columns: number, zeros: boolean): ParameterSpec => ({
    name: EMBEDDING,
    shape: [tokens, columns],
    init: ({ random }) => fill(tokens * columns, () => (zeros ? 0 : random.normal())),
  });
  const [first, second] = transform(shape) ?? [];
  if (!first || !second) return [table(width(shape), zero)];
  const start = zero ? 0 : undefined;
  return [table(tokenDim, false), ...denseParameters(first), ...denseParameters(second, start)];
}

/**
 * Index of a layer's key within a row; its value follows. For encoder-decoders, PEFT repeats the row and splits it into
 * four pieces per layer, of which decoder self-attention gets the first two.
 */
function keyPiece({ layers }: PrefixShape, stacks: 1 | 2): (layer: number) => number {
  return (layer) => (2 * stacks * layer) % (2 * layers);
}

function makeHooks(
  graph: Graph,
  shape: PrefixShape,
  dropout: number,
  keyOf: (layer: number) => number,
): AdapterHooks {
  let pieces: readonly Value[] | null = null;
  return {
    prefix(layer) {
      pieces ??= graph.applyAll(splitColumns, [prefixRows(graph, shape)], {
        sizes: Array.from({ length: shape.layers * 2 }, () => shape.tokenDim),
      });
      const piece = (index: number): Value =>
        graph.reshape(defined(pieces?.[index], "prefix piece"), shape.tokens, shape.heads, shape.headDim);
      return { key: piece(keyOf(layer)), value: piece(keyOf(layer) + 1), dropout };
    },
  };
}

/** Prefix rows (tokens, layers · 2 · tokenDim). */
function prefixRows(graph: Graph, shape: PrefixShape): Value {
  const { tokens, tokenDim } = shape;
  const [first, second] = transform(shape) ?? [];
  if (!first || !second) return graph.parameter(EMBEDDING, f32(tokens, width(shape)));
  const table = graph.parameter(EMBEDDING, f32(tokens, tokenDim));
  return dense(graph, second, graph.apply(tanh, [dense(graph, first, table)], {}));
}

/** Rows as PEFT saves them, computed on the host. */
function encode(shape: PrefixShape, trained: ReadonlyMap<string, HostTensor>): HostTensor {
  const table = defined(trained.get(EMBEDDING), EMBEDDING);
  const [first, second] = transform(shape) ?? [];
  if (!first || !second) return table;
  return hostDense(trained, second, hostMap(hostDense(trained, first, table), Math.tanh));
}
