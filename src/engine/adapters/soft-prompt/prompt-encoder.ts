import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { GraphMode } from "../../nn/hooks";
import type { HostTensor, ParameterSpec } from "../common/method";

/** A network that turns the virtual tokens' embeddings (tokens, width) into what stands in front of the text. */
export interface PromptEncoder {
  readonly parameters: readonly ParameterSpec[];
  /** The network in a graph; dropout acts in "train" mode. */
  apply(graph: Graph, x: Value, mode: GraphMode): Value;
  /** The same on the host, without dropout. */
  encode(trained: ReadonlyMap<string, HostTensor>, x: HostTensor): HostTensor;
}
