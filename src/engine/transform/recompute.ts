import { defined, invariant } from "../../lib/invariant";
import type { Graph, Node, Region } from "../graph/graph";
import type { Value } from "../graph/value";

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): recomputes the inner values of regions in the backward
 * pass, from the last region to the first, so that only region inputs live from forward to backward. Recomputation is
 * exact: all randomness derives from the step's seed.
 */
export class Recompute {
  readonly #graph: Graph;
  readonly #regions: readonly Region[];
  #current: Region | null = null;
  /** Recomputed values of the current region, by the id of the original. */
  #recomputed = new Map<number, Value>();

  /** Captures the regions marked so far. */
  constructor(graph: Graph) {
    this.#graph = graph;
    this.#regions = [...graph.regions];
  }

  /**
   * Maps forward values to those that a node's backward must read. The first call for a node of a region replays the
   * region's forward into the graph; unused parts are eliminated when the graph is planned.
   */
  valuesFor(node: Node): (value: Value) => Value {
    const region = this.#regions.find(({ first, end }) => node.id >= first && node.id < end);
    if (!region) return (value) => value;
    if (region !== this.#current) this.#replay(region);
    return (value) => this.#map(value);
  }

  #replay(region: Region): void {
    this.#current = region;
    this.#recomputed = new Map();
    for (const node of this.#graph.nodes.slice(region.first, region.end)) {
      invariant(!node.op.effect && !node.into, `${node.op.name} can be computed again`);
      const inputs = node.inputs.map((input) => this.#map(input));
      const outputs = this.#graph.applyAll(node.op, inputs, node.attrs);
      node.outputs.forEach((output, index) => {
        this.#recomputed.set(output.id, defined(outputs[index], "output"));
      });
    }
  }

  #map(value: Value): Value {
    if (value.viewOf) return this.#graph.reshape(this.#map(value.viewOf), ...value.type.shape);
    return this.#recomputed.get(value.id) ?? value;
  }
}
