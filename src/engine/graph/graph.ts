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
  // The attrs type is erased here; it is only known where the op is applied.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly op: Op<any>;
  readonly attrs: unknown;
  readonly inputs: readonly Value[];
}

interface LeafOptions {
  readonly requiresGrad?: boolean;
}

/** Nodes `first` … `end` (exclusive) whose inner values need not be kept for the backward pass, only their inputs. */
export interface Region {
  readonly first: number;
  readonly end: number;
}

/** A list of nodes in creation order, which is a topological order. Touches no GPU. */
export class Graph implements GraphBuilder {
  readonly nodes: Node[] = [];
  /** Regions that may be recomputed in the backward pass; see {@link Graph.checkpoint}. */
  readonly regions: Region[] = [];
  readonly #leaves = new Map<string, Value>();
  #nextValue = 0;

  /** A value written by the host before each run. */
  input(name: string, type: TensorType): Value {
    return this.#leaf("input", name, type);
  }

  /** A frozen vector or table from the weight store. */
  constant(name: string, type: TensorType): Value {
    return this.#leaf("constant", name, type);
  }

  /** A trainable tensor of the adapter. */
  parameter(name: string, type: TensorType): Value {
    return this.#leaf("parameter", name, type, { requiresGrad: true });
  }

  /** A frozen tensor of the adapter. */
  fixed(name: string, type: TensorType): Value {
    return this.#leaf("parameter", name, type);
  }

  /** A parameter's view into the flat gradient buffer. */
  gradient(name: string, type: TensorType): Value {
    return this.#leaf("gradient", name, type);
  }

  /** A persistent buffer shared between programs: KV caches, metrics. */
  state(name: string, type: TensorType): Value {
    return this.#leaf("state", name, type);
  }

  /** All leaves of one kind, in creation order. */
  leaves(storage: Storage): Value[] {
    return [...this.#leaves.values()].filter((value) => value.storage === storage);
  }

  /** The node that computes a value or the value it views; null for leaves. */
  producerOf(value: Value): Node | null {
    const { producer } = storageRoot(value);
    return producer && defined(this.nodes[producer.id], "producer");
  }

  /**
   * Marks the nodes added by `build` as a checkpointed region: with recomputation enabled only its inputs are kept for
   * the backward pass. Regions do not nest.
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
