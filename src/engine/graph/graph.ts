import { defined, invariant } from "../../lib/invariant";
import type { GraphBuilder, Op } from "./op";
import {
  elementCount,
  formatShape,
  type Producer,
  sameShape,
  type Storage,
  storageRoot,
  type TensorType,
  type Value,
} from "./value";

/** One application of an op. */
export interface Node extends Producer {
  // The op's own attrs type is known only where the op is applied; from here on it travels with its op.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly op: Op<any>;
  readonly attrs: unknown;
  readonly inputs: readonly Value[];
}

/** What a person or a planner can read of a value's origin. */
interface LeafOptions {
  readonly requiresGrad?: boolean;
}

/** Nodes `first` … `end` (exclusive), of whose values only the inputs need to live until the backward pass. */
export interface Region {
  readonly first: number;
  readonly end: number;
}

/** A list of nodes in the order of their making, which is a valid order to run them in. No GPU is touched. */
export class Graph implements GraphBuilder {
  readonly nodes: Node[] = [];
  /** Stretches of nodes that may be computed again for the backward pass; see {@link Graph.checkpoint}. */
  readonly regions: Region[] = [];
  readonly #leaves = new Map<string, Value>();
  #nextValue = 0;

  /** A value the host writes before each run. */
  input(name: string, type: TensorType): Value {
    return this.#leaf("input", name, type);
  }

  /** A frozen vector or table of the weight store. */
  constant(name: string, type: TensorType): Value {
    return this.#leaf("constant", name, type);
  }

  /** A trainable tensor of the adapter. */
  parameter(name: string, type: TensorType): Value {
    return this.#leaf("parameter", name, type, { requiresGrad: true });
  }

  /** A tensor of the adapter that does not train. */
  fixed(name: string, type: TensorType): Value {
    return this.#leaf("parameter", name, type);
  }

  /** The flat gradient buffer's view for a parameter. */
  gradient(name: string, type: TensorType): Value {
    return this.#leaf("gradient", name, type);
  }

  /** A buffer that outlives runs and is shared by programs: caches and metrics. */
  state(name: string, type: TensorType): Value {
    return this.#leaf("state", name, type);
  }

  /** All leaves of one kind, in the order of their making. */
  leaves(storage: Storage): Value[] {
    return [...this.#leaves.values()].filter((value) => value.storage === storage);
  }

  /** The node that computes a value, or the one that it is a view of; null for leaves. */
  producerOf(value: Value): Node | null {
    const { producer } = storageRoot(value);
    return producer && defined(this.nodes[producer.id], "producer");
  }

  /**
   * Marks what `build` adds as one region: a backward pass that saves memory keeps its inputs alone and computes its
   * inner values again. Regions do not nest.
   */
  checkpoint<T>(build: () => T): T {
    const first = this.nodes.length;
    const regions = this.regions.length;
    const result = build();
    invariant(this.regions.length === regions, "regions to compute again do not nest");
    this.regions.push({ first, end: this.nodes.length });
    return result;
  }

  applyAll<A>(op: Op<A>, inputs: readonly Value[], attrs: A): readonly Value[] {
    const types = op.infer(
      inputs.map((input) => input.type),
      attrs,
    );
    const outputs: Value[] = [];
    const node: Node = { id: this.nodes.length, op, attrs, inputs, outputs, into: null };
    const requiresGrad = op.vjp !== undefined && inputs.some((input) => input.requiresGrad);
    for (const type of types) {
      outputs.push(this.#value(`${op.name}_${node.id}`, type, "temp", node, null, requiresGrad));
    }
    this.nodes.push(node);
    return outputs;
  }

  apply<A>(op: Op<A>, inputs: readonly Value[], attrs: A): Value {
    const [output] = this.applyAll(op, inputs, attrs);
    invariant(output, `${op.name} has an output`);
    return output;
  }

  applyInto<A>(op: Op<A>, inputs: readonly Value[], attrs: A, into: Value): Value {
    const output = this.apply(op, inputs, attrs);
    invariant(op.accumulates, `${op.name} can add into a value`);
    invariant(
      sameShape(output.type.shape, into.type.shape),
      `${op.name}: ${formatShape(output.type.shape)} cannot be added into ${formatShape(into.type.shape)}`,
    );
    defined(output.producer, "producer").into = into;
    return output;
  }

  reshape(value: Value, ...shape: number[]): Value {
    if (sameShape(shape, value.type.shape)) return value;
    invariant(
      elementCount(shape) === elementCount(value.type.shape),
      `reshape: ${formatShape(value.type.shape)} does not hold as many elements as ${formatShape(shape)}`,
    );
    const type = { shape, dtype: value.type.dtype };
    return this.#value(value.name, type, value.storage, value.producer, value, value.requiresGrad);
  }

  #leaf(storage: Storage, name: string, type: TensorType, options: LeafOptions = {}): Value {
    const key = `${storage}:${name}`;
    const known = this.#leaves.get(key);
    if (known) {
      invariant(
        sameShape(known.type.shape, type.shape),
        `${key} is ${formatShape(known.type.shape)}, asked for as ${formatShape(type.shape)}`,
      );
      return known;
    }
    const value = this.#value(name, type, storage, null, null, options.requiresGrad ?? false);
    this.#leaves.set(key, value);
    return value;
  }

  #value(
    name: string,
    type: TensorType,
    storage: Storage,
    producer: Producer | null,
    viewOf: Value | null,
    requiresGrad: boolean,
  ): Value {
    return { id: this.#nextValue++, name, type, storage, producer, viewOf, requiresGrad };
  }
}
