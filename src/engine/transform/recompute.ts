import { defined, invariant } from "../../lib/invariant";
import type { Graph, Node, Region } from "../graph/graph";
import type { Value } from "../graph/value";

/**
 * Makes the inner values of checkpointed regions anew for the backward pass, region by region from the last one on
 * (Chen et al. 2016, arXiv 1604.06174): between forward and backward only what enters a region has to be kept. Ops
 * give the same values again because whatever is random in them follows from the step's seed.
 */
export class Recompute {
  readonly #graph: Graph;
  readonly #regions: readonly Region[];
  #current: Region | null = null;
  /** The values of the current region, by the ids of those that the forward pass made. */
  #again = new Map<number, Value>();

  /** Takes the regions that are marked so far. */
  constructor(graph: Graph) {
    this.#graph = graph;
    this.#regions = [...graph.regions];
  }

  /**
   * What a node's backward must read in the place of a value of the forward pass. The first call for a node of a region
   * adds the region's forward to the graph; what nobody reads of it falls away when the graph is planned.
   */
  valuesFor(node: Node): (value: Value) => Value {
    const region = this.#regions.find(({ first, end }) => node.id >= first && node.id < end);
    if (!region) return (value) => value;
    if (region !== this.#current) this.#replay(region);
    return (value) => this.#map(value);
  }

  #replay(region: Region): void {
    this.#current = region;
    this.#again = new Map();
    for (const node of this.#graph.nodes.slice(region.first, region.end)) {
      invariant(!node.op.effect && !node.into, `${node.op.name} can be computed again`);
      const inputs = node.inputs.map((input) => this.#map(input));
      const outputs = this.#graph.applyAll(node.op, inputs, node.attrs);
      node.outputs.forEach((output, index) => {
        this.#again.set(output.id, defined(outputs[index], "output"));
      });
    }
  }

  #map(value: Value): Value {
    if (value.viewOf) return this.#graph.reshape(this.#map(value.viewOf), ...value.type.shape);
    return this.#again.get(value.id) ?? value;
  }
}
