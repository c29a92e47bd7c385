import { defined } from "../../lib/invariant";
import { Graph, type Node } from "../graph/graph";
import { byteSize, type Producer, storageRoot, type Value } from "../graph/value";

/** A graph split in two: nodes that depend only on parameters and constants, and the rest, which runs per token. */
export interface HoistedGraph {
  readonly once: Graph;
  /** Values of `once` by the state names under which `each` reads them; empty if nothing is hoisted. */
  readonly made: Readonly<Record<string, Value>>;
  readonly each: Graph;
  /** The values in `each` of the kept values of the original graph. */
  readonly kept: Readonly<Record<string, Value>>;
}

/**
 * Hoists run-invariant nodes out of an inference graph. The values passed between the parts take at most `maxBytes`:
 * the smallest are hoisted first, and the rest is computed in every run.
 */
export function hoist(graph: Graph, keep: Readonly<Record<string, Value>>, maxBytes: number): HoistedGraph {
  const once = nodesOfOnce(graph, Object.values(keep), maxBytes);
  const [first, rest] = [new Replay(), new Replay()];
  for (const node of graph.nodes) if (once.has(node)) first.add(node);
  const made: Record<string, Value> = {};
  for (const value of edges(graph, Object.values(keep), once)) {
    const name = `once.${value.name}.${value.id}`;
    made[name] = first.value(value);
    rest.put(value, rest.graph.state(name, value.type));
  }
  for (const node of graph.nodes) if (!once.has(node)) rest.add(node);
  const kept = Object.fromEntries(Object.entries(keep).map(([name, value]) => [name, rest.value(value)]));
  return { once: first.graph, made, each: rest.graph, kept };
}

function nodesOfOnce(graph: Graph, keep: readonly Value[], maxBytes: number): ReadonlySet<Producer> {
  const once = new Set<Producer>();
  const writtenInto = new Set(graph.nodes.map(({ into }) => into && storageRoot(into).producer));
  const isSame = (value: Value): boolean => {
    const { storage, producer } = storageRoot(value);
    return storage === "parameter" || storage === "constant" || (producer !== null && once.has(producer));
  };
  for (const node of graph.nodes) {
    const isPure = !node.op.effect && !node.into && !writtenInto.has(node);
    if (isPure && node.inputs.every(isSame)) once.add(node);
  }
  for (;;) {
    let sum = 0;
    const bySize = edges(graph, keep, once).sort((a, b) => byteSize(a.type) - byteSize(b.type));
    const tooMuch = bySize.filter(({ type }) => (sum += byteSize(type)) > maxBytes);
    if (tooMuch.length === 0) return once;
    for (const { producer } of tooMuch) if (producer) once.delete(producer);
    // Their dependants are no longer invariant either.
    for (const node of graph.nodes) if (!node.inputs.every(isSame)) once.delete(node);
  }
}

/** Values of `once` that are kept or read by other nodes, without duplicates. */
function edges(graph: Graph, keep: readonly Value[], once: ReadonlySet<Producer>): Value[] {
  const read = graph.nodes.filter((node) => !once.has(node)).flatMap(({ inputs }) => inputs);
  const roots = [...read, ...keep].map(storageRoot);
  return [...new Set(roots.filter(({ producer }) => producer !== null && once.has(producer)))];
}

/** Copies nodes of another graph into a new one. */
class Replay {
  readonly graph = new Graph();
  readonly #values = new Map<Value, Value>();

  put(value: Value, own: Value): void {
    this.#values.set(value, own);
  }

  add({ op, attrs, inputs, outputs, into }: Node): void {
    const own = this.graph.applyAll(
      op,
      inputs.map((input) => this.value(input)),
      attrs,
    );
    outputs.forEach((output, index) => this.put(output, defined(own[index], "output")));
    if (into) defined(own[0]?.producer, "producer").into = this.value(into);
  }

  value(value: Value): Value {
    const { graph } = this;
    if (value.viewOf) return graph.reshape(this.value(storageRoot(value)), ...value.type.shape);
    if (value.storage === "temp") return defined(this.#values.get(value), `${value.name} in the graph`);
    return graph[value.storage](value.name, value.type);
  }
}
