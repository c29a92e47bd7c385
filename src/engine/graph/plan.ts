import { invariant } from "../../lib/invariant";
import type { Grid } from "../gpu/kernel";
import { cutCall } from "./cut";
import type { Graph, Node } from "./graph";
import type { KernelCall, Operand, Tuning } from "./op";
import { byteSize, bytesOwner, sameShape, type TensorType, type Value } from "./value";

/** Scratch values that one node may ask for. */
const MAX_SCRATCH = 16;

/** What a binding of a planned call is bound to. */
export type PlannedOperand =
  | { readonly type: "slot"; readonly slot: number; readonly offsetBytes: number; readonly sizeBytes: number }
  | { readonly type: "leaf"; readonly value: Value; readonly offsetBytes: number; readonly sizeBytes: number }
  | { readonly type: "weight"; readonly name: string; readonly shard: number };

/** A dispatch with its operands placed. */
export interface PlannedCall {
  readonly label: string;
  readonly call: KernelCall;
  readonly operands: readonly PlannedOperand[];
}

/** Everything about a program that can be known, read and tested without a GPU. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  /** Bytes of each buffer slot. */
  readonly slotBytes: readonly number[];
  readonly inputs: readonly Value[];
  /** Where to find the values that were asked to be kept. */
  readonly outputs: ReadonlyMap<string, { readonly operand: PlannedOperand; readonly type: TensorType }>;
  readonly flops: number;
}

/** The nodes of a graph that run, and which values stand for which. */
export interface NodeOrder {
  /** Nodes to run, in order. */
  readonly nodes: readonly Node[];
  /** Follows a value to the one that stands for it. */
  resolve(value: Value): Value;
}

/**
 * Lowers nodes in their order and gives each temp a slot by its lifetime.
 *
 * @param keep values to read after a run, by the name they are asked for with.
 */
export function planNodes(
  graph: Graph,
  { nodes, resolve }: NodeOrder,
  keep: Readonly<Record<string, Value>>,
  tuning: Tuning,
): Plan {
  const lowered = nodes.map((node) => lowerNode(node, resolve, tuning));
  const kept = Object.fromEntries(Object.entries(keep).map(([name, value]) => [name, resolve(value)]));
  const { slots, slotBytes } = assignSlots(lowered, resolve, Object.values(kept));
  const place = (operand: Operand): PlannedOperand => {
    if ("weight" in operand) return { type: "weight", name: operand.weight.name, shard: operand.shard };
    const value = "value" in operand ? operand.value : operand;
    const owner = bytesOwner(resolve(value));
    const offsetBytes = "value" in operand ? operand.first * 4 : 0;
    const sizeBytes = "value" in operand ? operand.count * 4 : byteSize(operand.type);
    invariant(offsetBytes % 256 === 0, `a range of ${value.name} starts at a multiple of 64 elements`);
    if (owner.storage !== "temp") return { type: "leaf", value: owner, offsetBytes, sizeBytes };
    const slot = slots.get(owner.id);
    invariant(slot !== undefined, `${owner.name} has a slot`);
    return { type: "slot", slot, offsetBytes, sizeBytes };
  };
  const calls = lowered.flatMap(({ node, calls }) =>
    calls
      .filter((call) => !isEmpty(call.grid))
      .map((call) => ({
        label: `${node.op.name}_${node.id}`,
        call,
        operands: call.operands.map(place),
      })),
  );
  const outputs = Object.entries(kept).map(
    ([name, value]) => [name, { operand: place(value), type: (keep[name] as Value).type }] as const,
  );
  return {
    calls,
    slotBytes,
    inputs: usedInputs(graph, calls),
    outputs: new Map(outputs),
    flops: calls.reduce((sum, { call }) => sum + (call.flops ?? 0), 0),
  };
}

function isEmpty(grid: Grid): boolean {
  return grid.some((size) => size === 0);
}

function usedInputs(graph: Graph, calls: readonly PlannedCall[]): Value[] {
  const used = new Set<number>();
  for (const { operands } of calls) {
    for (const operand of operands) if (operand.type === "leaf") used.add(operand.value.id);
  }
  return graph.leaves("input").filter((input) => used.has(input.id));
}

/** A node with its calls and the values that only they use. */
interface LoweredNode {
  readonly node: Node;
  readonly calls: readonly KernelCall[];
  readonly scratch: readonly Value[];
}

function lowerNode(node: Node, resolve: (value: Value) => Value, tuning: Tuning): LoweredNode {
  const calls: KernelCall[] = [];
  const scratch: Value[] = [];
  node.op.lower({
    attrs: node.attrs,
    inputs: node.inputs.map((input) => reshaped(input, resolve(input))),
    outputs: node.outputs,
    accumulate: node.into !== null,
    tuning,
    dispatch: (call) => {
      invariant(
        call.operands.length === call.kernel.bindings.length,
        `${call.kernel.shader}: ${call.operands.length} operands for ${call.kernel.bindings.length} bindings`,
      );
      calls.push(...cutCall(call, tuning.maxDispatchFlops));
    },
    scratch: (type) => {
      const known = scratch.find(
        (value) => value.type.dtype === type.dtype && sameShape(value.type.shape, type.shape),
      );
      if (known) return known;
      const value: Value = {
        // Below the ids of the graph's values, which count up from 0, and of its own among all nodes.
        id: -(node.id * MAX_SCRATCH + scratch.length + 1),
        name: `scratch of ${node.op.name}_${node.id}`,
        type,
        storage: "temp",
        producer: null,
        viewOf: null,
        requiresGrad: false,
      };
      scratch.push(value);
      invariant(scratch.length <= MAX_SCRATCH, `${value.name} is one of few`);
      return value;
    },
  });
  return { node, calls, scratch };
}

/** `target` under the shape that the reader expects. */
function reshaped(reader: Value, target: Value): Value {
  return reader === target ? reader : { ...target, type: reader.type, viewOf: target };
}

/**
 * Greedy slot assignment over the nodes in order: a value takes the smallest free slot that holds it, else the
 * largest free one, which grows, else a new one. Slots of values that nobody reads later become free.
 */
function assignSlots(
  lowered: readonly LoweredNode[],
  resolve: (value: Value) => Value,
  keep: readonly Value[],
): { slots: Map<number, number>; slotBytes: number[] } {
  const lastUse = new Map<number, number>();
  lowered.forEach(({ node }, position) => {
    for (const value of [...node.inputs, ...node.outputs, ...(node.into ? [node.into] : [])]) {
      lastUse.set(bytesOwner(resolve(value)).id, position);
    }
  });
  for (const value of keep) lastUse.set(bytesOwner(value).id, Infinity);
  const slots = new Map<number, number>();
  const slotBytes: number[] = [];
  const free: number[] = [];
  const endings = new Map<number, number[]>();
  lowered.forEach(({ node, scratch }, position) => {
    // Scratch first: it is large and soon free again, and would be lost to a small result.
    for (const output of [...scratch, ...node.outputs]) {
      const owner = bytesOwner(output);
      if (owner.storage !== "temp" || slots.has(owner.id)) continue;
      const slot = takeSlot(free, slotBytes, byteSize(owner.type));
      slots.set(owner.id, slot);
      const end = lastUse.get(owner.id) ?? position;
      endings.set(end, [...(endings.get(end) ?? []), slot]);
    }
    free.push(...(endings.get(position) ?? []));
  });
  return { slots, slotBytes };
}

function takeSlot(free: number[], slotBytes: number[], sizeBytes: number): number {
  const size = (slot: number): number => slotBytes[slot] ?? 0;
  const bySize = [...free].sort((a, b) => size(a) - size(b));
  const slot = bySize.find((candidate) => size(candidate) >= sizeBytes) ?? bySize.at(-1);
  if (slot === undefined) return slotBytes.push(sizeBytes) - 1;
  free.splice(free.indexOf(slot), 1);
  slotBytes[slot] = Math.max(size(slot), sizeBytes);
  return slot;
}
