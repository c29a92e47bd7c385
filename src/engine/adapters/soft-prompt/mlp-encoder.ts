import { relu } from "../../ops/relu";
import { dense, type DenseLayer, denseParameters, hostDense, hostMap } from "../common/dense";
import type { PromptEncoder } from "./prompt-encoder";

/** PEFT's module path of P-tuning's dense layers. */
export const HEAD = "prompt_encoder.mlp_head";

/** Dense layers with ReLU between them, numbered as in PEFT's Sequential, which also counts the activations. */
export function mlpEncoder(widths: readonly number[]): PromptEncoder {
  const layers = widths.slice(1).map((outFeatures, index): DenseLayer => ({
    name: `${HEAD}.${2 * index}`,
    outFeatures,
    inFeatures: widths[index] ?? 0,
  }));
  const last = layers.length - 1;
  return {
    parameters: layers.flatMap((layer) => denseParameters(layer)),
    apply: (graph, x) =>
      layers.reduce((value, layer, index) => {
        const y = dense(graph, layer, value);
        return index === last ? y : graph.apply(relu, [y], {});
      }, x),
    encode: (trained, x) =>
      layers.reduce((value, layer, index) => {
        const y = hostDense(trained, layer, value);
        return index === last ? y : hostMap(y, (number) => Math.max(0, number));
      }, x),
  };
}
