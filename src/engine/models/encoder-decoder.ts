import { defined } from "../../lib/invariant";
import { u32, type Value } from "../graph/value";
import { CROSS_RANGE, ENCODER_RANGE, encoderAttention } from "../nn/attention";
import { applyLinear, type Attend, type BuildContext, type CrossAttend } from "../nn/context";
import { buildDecoder, buildStack, idsInput } from "./decoder";
import type { ModelSpec } from "../nn/model-spec";

/** Row lengths in tokens. */
export interface PairLengths {
  readonly source: number;
  readonly target: number;
}

/**
 * Builds both stacks: the encoder over `encoder_ids` (B · source), preceded by the adapter's virtual tokens, and the
 * decoder over `input_ids` (B · target). Returns the head's input (B · target, embedding size).
 */
export function buildEncoderDecoder(
  context: BuildContext,
  spec: ModelSpec,
  { source, target }: PairLengths,
): Value {
  const { graph, rows } = context;
  const encoded = buildEncoder(context, spec, source);
  const cross: CrossAttend = (layer, q, dropout) => {
    const [key, value] = projectEncoded(context, spec, layer, encoded);
    return encoderAttention(graph, spec, { q, key, value, bias: null, dropout }, CROSS_RANGE);
  };
  return buildDecoder({ ...context, cross }, spec, target, idsInput(context, rows * target));
}

/** Builds the encoder over `encoder_ids` (B · length): (B · T', hidden), where T' includes virtual tokens. */
export function buildEncoder(context: BuildContext, spec: ModelSpec, length: number): Value {
  const { graph, rows } = context;
  const attend: Attend = (_, q, key, value, bias, dropout) =>
    encoderAttention(graph, spec, { q, key, value, bias, dropout }, ENCODER_RANGE);
  const ids = graph.input("encoder_ids", u32(rows * length));
  return buildStack({ ...context, attend }, spec, "encoder", length, ids);
}

/** Cross-attention keys and values of a decoder block from the encoder's output: (B, T', heads, head size) each. */
export function projectEncoded(
  context: BuildContext,
  spec: ModelSpec,
  layer: number,
  encoded: Value,
): readonly [key: Value, value: Value] {
  const { graph, rows } = context;
  const { k, v } = defined(spec.blocks[layer]?.cross, `attention of block ${layer} to the encoder`);
  const length = (encoded.type.shape[0] ?? 0) / rows;
  const heads = (value: Value): Value => graph.reshape(value, rows, length, spec.keyValueHeads, spec.headDim);
  return [heads(applyLinear(context, k, encoded)), heads(applyLinear(context, v, encoded))];
}
