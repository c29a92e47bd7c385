import { accumulate, add } from "../ops/add";
import type { Graph, Node } from "../graph/graph";
import type { NodeOrder } from "../graph/plan";
import { bytesOwner, elementCount, storageRoot, type Value } from "../graph/value";

/**
 * Fuses additions into the kernel of a summand: `a + matmul(x, w)` becomes a matmul that accumulates into `a` in place
 * if `a` is dead afterwards; parameter gradients accumulate directly into the flat gradient buffer. Also eliminates
 * dead nodes (`keep` are the graph's outputs).
 */
export function fuse(graph: Graph, keep: readonly Value[]): NodeOrder {
  const replaced = new Map<number, Value>();
  const resolve = (value: Value): Value => {
    const next = replaced.get(storageRoot(value).id);
    return next ? resolve(next) : value;
  };
  const nodes = liveNodes(graph.nodes, keep);
  const usage = measureUsage(graph, nodes, keep);
  const movedTo = new Map<Node, Node>();
  const dropped = new Set<Node>();
  nodes.forEach((node, position) => {
    if (node.op === accumulate) {
      const producer = fusable(resolve(node.inputs[0] as Value), usage);
      if (!producer) return;
      producer.into = node.into;
      dropped.add(node);
    } else if (node.op === add) {
      const producer = fuseAdd(node, position, usage, resolve);
      if (!producer) return;
      replaced.set((node.outputs[0] as Value).id, producer.outputs[0] as Value);
      dropped.add(node);
      movedTo.set(node, producer);
      dropped.add(producer);
    }
  });
  const ordered = nodes.flatMap((node) => movedTo.get(node) ?? (dropped.has(node) ? [] : [node]));
  return { nodes: ordered, resolve };
}

/** Readers and live ranges of values, updated as nodes are fused. */
interface Usage {
  readonly graph: Graph;
  readonly position: Map<Node, number>;
  /** Last position at which a value (by the id of its root or owner) is read or written. */
  readonly lastUse: Map<number, number>;
  readonly readers: Map<number, number>;
  /** Position at which an owner's storage was last accumulated into. */
  readonly changedAt: Map<number, number>;
}

/** Fuses an `add` into the producer of one of its summands; returns that producer, or null if neither qualifies. */
function fuseAdd(node: Node, position: number, usage: Usage, resolve: (value: Value) => Value): Node | null {
  const [a, b] = node.inputs.map(resolve) as [Value, Value];
  const pairs = [
    [a, b],
    [b, a],
  ] as const;
  for (const [target, value] of pairs) {
    const producer = fusable(value, usage);
    if (!producer || !canAccumulateInto(target, producer, position, usage, resolve)) continue;
    producer.into = target;
    const output = node.outputs[0] as Value;
    const owner = bytesOwner(target).id;
    const end = Math.max(usage.lastUse.get(output.id) ?? position, position);
    for (const id of [owner, storageRoot(target).id, storageRoot(value).id]) usage.lastUse.set(id, end);
    usage.readers.set(storageRoot(value).id, usage.readers.get(output.id) ?? 0);
    usage.changedAt.set(owner, position);
    usage.position.set(producer, position);
    for (const input of producer.inputs) extend(usage.lastUse, bytesOwner(resolve(input)).id, position);
    return producer;
  }
  return null;
}

function extend(lastUse: Map<number, number>, id: number, position: number): void {
  lastUse.set(id, Math.max(lastUse.get(id) ?? position, position));
}

/** The producer of `value` if it can accumulate and has a single reader. */
function fusable(value: Value, usage: Usage): Node | null {
  const root = storageRoot(value);
  const producer = usage.graph.producerOf(root);
  if (!producer || !producer.op.accumulates || producer.into) return null;
  if (producer.outputs.length !== 1 || usage.readers.get(root.id) !== 1) return null;
  return producer;
}

/**
 * Whether `producer` can be moved to `position` and overwrite `target`: a temporary of equal size that is dead
 * afterwards, with none of the producer's inputs modified in between.
 */
function canAccumulateInto(
  target: Value,
  producer: Node,
  position: number,
  usage: Usage,
  resolve: (value: Value) => Value,
): boolean {
  const owner = bytesOwner(target);
  if (owner.storage !== "temp") return false;
  const size = elementCount((producer.outputs[0] as Value).type.shape);
  if (elementCount(owner.type.shape) !== size) return false;
  const lastUse = Math.max(
    usage.lastUse.get(owner.id) ?? -1,
    usage.lastUse.get(storageRoot(target).id) ?? -1,
  );
  if (lastUse > position) return false;
  const made = usage.position.get(producer) ?? 0;
  return producer.inputs.every((input) => {
    const read = bytesOwner(resolve(input)).id;
    return read !== owner.id && (usage.changedAt.get(read) ?? -1) <= made;
  });
}

function liveNodes(nodes: readonly Node[], keep: readonly Value[]): Node[] {
  const needed = new Set(keep.map((value) => storageRoot(value).id));
  const live = [...nodes].reverse().filter((node) => {
    const writesOutside = node.into !== null && bytesOwner(node.into).storage !== "temp";
    const isLive =
      node.op.effect === true || writesOutside || node.outputs.some((output) => needed.has(output.id));
    if (isLive) for (const input of node.inputs) needed.add(storageRoot(input).id);
    if (isLive && node.into) needed.add(storageRoot(node.into).id);
    return isLive;
  });
  return live.reverse();
}

function measureUsage(graph: Graph, nodes: readonly Node[], keep: readonly Value[]): Usage {
  const usage: Usage = {
    graph,
    position: new Map(),
    lastUse: new Map(),
    readers: new Map(),
    changedAt: new Map(),
  };
  const read = (value: Value, position: number): void => {
    const id = storageRoot(value).id;
    usage.readers.set(id, (usage.readers.get(id) ?? 0) + 1);
    extend(usage.lastUse, id, position);
  };
  nodes.forEach((node, position) => {
    usage.position.set(node, position);
    for (const input of node.inputs) read(input, position);
    for (const output of node.outputs) extend(usage.lastUse, output.id, position);
  });
  for (const value of keep) read(value, Infinity);
  return usage;
}
