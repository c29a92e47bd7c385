import { defined, invariant } from "../../lib/invariant";
import { accumulate, add } from "../ops/add";
import type { Graph, Node } from "../graph/graph";
import { Recompute } from "./recompute";
import { sameShape, storageRoot, type Value } from "../graph/value";

/** Options of {@link differentiate}. */
export interface DifferentiateOptions {
  /** Recomputes the inner values of checkpointed regions instead of keeping them. */
  readonly recompute?: boolean;
}

/**
 * Appends the backward pass of `loss` to the graph (reverse mode), accumulating each parameter's gradient into its view
 * of the flat gradient buffer. `seed` is the upstream gradient of the loss values (same shape). Only nodes on a path
 * from a parameter to the loss are differentiated.
 */
export function differentiate(
  graph: Graph,
  loss: Value,
  seed: Value,
  { recompute = false }: DifferentiateOptions = {},
): void {
  const gradients = new Map<number, Value>();
  gradients.set(storageRoot(loss).id, seed);
  const recomputed = recompute ? new Recompute(graph) : null;
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => output.requiresGrad && gradients.has(output.id))) continue;
    backward(graph, node, gradients, recomputed?.valuesFor(node));
  }
  for (const parameter of graph.leaves("parameter")) {
    const gradient = gradients.get(parameter.id);
    if (!gradient) continue;
    const sink = graph.gradient(parameter.name, parameter.type);
    graph.applyInto(accumulate, [graph.reshape(gradient, ...parameter.type.shape)], {}, sink);
  }
}

function backward(
  graph: Graph,
  node: Node,
  gradients: Map<number, Value>,
  remap: (value: Value) => Value = (value) => value,
): void {
  const vjp = defined(node.op.vjp, `vjp of ${node.op.name}`);
  const inputGradients = vjp({
    graph,
    attrs: node.attrs,
    inputs: node.inputs.map(remap),
    outputs: node.outputs.map(remap),
    gradOutputs: node.outputs.map((output) => {
      const gradient = gradients.get(output.id);
      return gradient ? graph.reshape(gradient, ...output.type.shape) : null;
    }),
    needs: node.inputs.map((input) => input.requiresGrad),
  });
  node.inputs.forEach((input, index) => {
    const gradient = inputGradients[index];
    if (!gradient || !input.requiresGrad) return;
    invariant(
      sameShape(gradient.type.shape, input.type.shape),
      `${node.op.name}: gradient ${index} has shape [${gradient.type.shape}] for an input of [${input.type.shape}]`,
    );
    const root = storageRoot(input);
    const shaped = graph.reshape(gradient, ...root.type.shape);
    const sum = gradients.get(root.id);
    gradients.set(root.id, sum ? graph.apply(add, [sum, shaped], {}) : shaped);
  });
}
