import { relu } from "../../ops/relu";
import { dense, type DenseLayer, denseParameters, hostDense, hostMap } from "../common/dense";
import type { PromptEncoder } from "./prompt-encoder";

/** Where PEFT keeps the dense layers of P-tuning's networks. */
export const HEAD = "prompt_encoder.mlp_head";

/** A network of dense layers with ReLU between them; PEFT counts the functions, too. */
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
