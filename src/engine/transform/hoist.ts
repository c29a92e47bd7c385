import { defined } from "../../lib/invariant";
import { Graph, type Node } from "../graph/graph";
import { byteSize, type Producer, storageRoot, type Value } from "../graph/value";

/** A graph split in two: nodes that depend only on parameters and constants, and the rest, which runs per token. */
export interface HoistedGraph {
  readonly prologue: Graph;
  /** Values of `prologue` by the state names under which `body` reads them; empty if nothing is hoisted. */
  readonly hoisted: Readonly<Record<string, Value>>;
  readonly body: Graph;
  /** The values in `body` of the kept values of the original graph. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/**
 * Hoists run-invariant nodes out of an inference graph. The values passed between the parts take at most `maxBytes`:
 * the smallest are hoisted first, and the rest is computed in every run.
 */
export function hoist(graph: Graph, keep: Readonly<Record<string, Value>>, maxBytes: number): HoistedGraph {
  const prologue = invariantNodes(graph, Object.values(keep), maxBytes);
  const [first, rest] = [new Replay(), new Replay()];
  for (const node of graph.nodes) if (prologue.has(node)) first.add(node);
  const hoisted: Record<string, Value> = {};
  for (const value of edges(graph, Object.values(keep), prologue)) {
    const name = `once.${value.name}.${value.id}`;
    hoisted[name] = first.value(value);
    rest.put(value, rest.graph.state(name, value.type));
  }
  for (const node of graph.nodes) if (!prologue.has(node)) rest.add(node);
  const outputs = Object.fromEntries(Object.entries(keep).map(([name, value]) => [name, rest.value(value)]));
  return { prologue: first.graph, hoisted, body: rest.graph, outputs };
}

function invariantNodes(graph: Graph, keep: readonly Value[], maxBytes: number): ReadonlySet<Producer> {
  const prologue = new Set<Producer>();
  const writtenInto = new Set(graph.nodes.map(({ into }) => into && storageRoot(into).producer));
  const isInvariant = (value: Value): boolean => {
    const { storage, producer } = storageRoot(value);
    return storage === "parameter" || storage === "constant" || (producer !== null && prologue.has(producer));
  };
  for (const node of graph.nodes) {
    const isPure = !node.op.effect && !node.into && !writtenInto.has(node);
    if (isPure && node.inputs.every(isInvariant)) prologue.add(node);
  }
  for (;;) {
    let sum = 0;
    const bySize = edges(graph, keep, prologue).sort((a, b) => byteSize(a.type) - byteSize(b.type));
    const overBudget = bySize.filter(({ type }) => (sum += byteSize(type)) > maxBytes);
    if (overBudget.length === 0) return prologue;
    for (const { producer } of overBudget) if (producer) prologue.delete(producer);
    // Their dependants are no longer invariant either.
    for (const node of graph.nodes) if (!node.inputs.every(isInvariant)) prologue.delete(node);
  }
}

/** Values of `prologue` that are kept or read by other nodes, without duplicates. */
function edges(graph: Graph, keep: readonly Value[], prologue: ReadonlySet<Producer>): Value[] {
  const read = graph.nodes.filter((node) => !prologue.has(node)).flatMap(({ inputs }) => inputs);
  const roots = [...read, ...keep].map(storageRoot);
  return [...new Set(roots.filter(({ producer }) => producer !== null && prologue.has(producer)))];
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
