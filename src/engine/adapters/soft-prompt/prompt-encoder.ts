import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { GraphMode } from "../../nn/hooks";
import type { HostTensor, ParameterSpec } from "../common/method";

/** Network that maps virtual token embeddings (tokens, width) to the virtual tokens before the text. */
export interface PromptEncoder {
  readonly parameters: readonly ParameterSpec[];
  /** Builds the network in a graph; dropout applies in "train" mode. */
  apply(graph: Graph, x: Value, mode: GraphMode): Value;
  /** Evaluates it on the host, without dropout. */
  encode(trained: ReadonlyMap<string, HostTensor>, x: HostTensor): HostTensor;
}
