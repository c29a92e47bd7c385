import { defined, invariant } from "../../lib/invariant";
import type { Grid } from "../gpu/kernel";
import type { Graph, Node } from "./graph";
import type { KernelCall, Operand, Tuning } from "./op";
import { assignSlots, type Lifetime, peakLiveBytes } from "./slots";
import { splitCall } from "./split-call";
import { byteSize, bytesOwner, sameShape, type TensorType, type Value } from "./value";

/** Maximum number of scratch values per node. */
const MAX_SCRATCH = 16;

/** A resolved binding of a planned call. */
export type PlannedOperand =
  | { readonly type: "slot"; readonly slot: number; readonly offsetBytes: number; readonly sizeBytes: number }
  | { readonly type: "leaf"; readonly value: Value; readonly offsetBytes: number; readonly sizeBytes: number }
  | { readonly type: "weight"; readonly name: string; readonly shard: number };

/** A dispatch with resolved operands. */
export interface PlannedCall {
  readonly label: string;
  readonly call: KernelCall;
  readonly operands: readonly PlannedOperand[];
}

/** A program as plain data: inspectable and testable without a GPU. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  /** Bytes of each buffer slot. */
  readonly slotBytes: readonly number[];
  /** Maximum total size of temporaries alive at once: a lower bound for the slots. */
  readonly peakLiveBytes: number;
  readonly inputs: readonly Value[];
  /** Locations of the kept values. */
  readonly outputs: ReadonlyMap<string, { readonly operand: PlannedOperand; readonly type: TensorType }>;
  readonly flops: number;
}

/** The live nodes of a graph after fusion, and the replacements of fused values. */
export interface NodeOrder {
  /** Nodes in execution order. */
  readonly nodes: readonly Node[];
  /** Maps a value to its replacement, or to itself. */
  resolve(value: Value): Value;
}

/**
 * Lowers nodes in order and assigns each temporary a slot by its lifetime.
 *
 * @param keep values to read after a run, by output name
 */
export function planNodes(
  graph: Graph,
  { nodes, resolve }: NodeOrder,
  keep: Readonly<Record<string, Value>>,
  tuning: Tuning,
): Plan {
  const lowered = nodes.map((node) => lowerNode(node, resolve, tuning));
  const kept = Object.fromEntries(Object.entries(keep).map(([name, value]) => [name, resolve(value)]));
  const lifetimes = lifetimesOf(lowered, resolve, Object.values(kept));
  const { slots, slotBytes } = assignSlots(lifetimes);
  const place = (operand: Operand): PlannedOperand => {
    if ("weight" in operand) return { type: "weight", name: operand.weight.name, shard: operand.shard };
    const value = "value" in operand ? operand.value : operand;
    const owner = bytesOwner(resolve(value));
    const offsetBytes = "value" in operand ? operand.first * 4 : 0;
    const sizeBytes = "value" in operand ? operand.count * 4 : byteSize(operand.type);
    invariant(offsetBytes % 256 === 0, `a range of ${value.name} starts at a multiple of 64 elements`);
    if (owner.storage !== "temp") return { type: "leaf", value: owner, offsetBytes, sizeBytes };
    const slot = defined(slots.get(owner.id), `slot of ${owner.name}`);
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
    peakLiveBytes: peakLiveBytes(lifetimes),
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

/** A node with its kernel calls and their scratch values. */
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
      calls.push(...splitCall(call, tuning.maxDispatchFlops));
    },
    scratch: (type) => {
      const known = scratch.find(
        (value) => value.type.dtype === type.dtype && sameShape(value.type.shape, type.shape),
      );
      if (known) return known;
      const value: Value = {
        // Negative, so as not to collide with the graph's value ids, and unique among nodes.
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

/** A view of `target` with the reader's shape. */
function reshaped(reader: Value, target: Value): Value {
  return reader === target ? reader : { ...target, type: reader.type, viewOf: target };
}

/** Lifetimes of the temporaries; kept values live to the end. */
function lifetimesOf(
  lowered: readonly LoweredNode[],
  resolve: (value: Value) => Value,
  keep: readonly Value[],
): Lifetime[] {
  const temporaries = new Map<number, { sizeBytes: number; from: number; to: number }>();
  lowered.forEach(({ node, scratch }, position) => {
    const bound = [...node.inputs, ...node.outputs, ...(node.into ? [node.into] : [])].map(resolve);
    for (const value of [...scratch, ...bound]) {
      const { id, storage, type } = bytesOwner(value);
      if (storage !== "temp") continue;
      const known = temporaries.get(id);
      if (known) known.to = position;
      else temporaries.set(id, { sizeBytes: byteSize(type), from: position, to: position });
    }
  });
  const kept = new Set(keep.map((value) => bytesOwner(value).id));
  return [...temporaries].map(([id, { sizeBytes, from, to }]) => ({
    id,
    sizeBytes,
    from,
    to: kept.has(id) ? Infinity : to,
  }));
}

type SizedOperand = Exclude<PlannedOperand, { readonly type: "weight" }>;

/** The first operand of a plan, other than weights, that does not fit a binding. */
export function tooLargeOperand(plan: Plan, maxBindingBytes: number): SizedOperand | undefined {
  return plan.calls
    .flatMap(({ operands }) => operands)
    .find(
      (operand): operand is SizedOperand => operand.type !== "weight" && operand.sizeBytes > maxBindingBytes,
    );
}
