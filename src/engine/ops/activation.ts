import { defined, invariant } from "../../lib/invariant";
import type { LowerContext, Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { type ElementKernels, elementKernels } from "../kernels/variants";

/** Activations by their file in shaders/lib, with the includes that file needs. */
const INCLUDES = {
  silu: ["lib/sigmoid", "lib/activation_silu"],
  gelu_tanh: ["lib/sigmoid", "lib/activation_gelu_tanh"],
  gelu_none: ["lib/activation_gelu_none"],
  tanh: ["lib/activation_tanh"],
  relu: ["lib/activation_relu"],
} as const;

/** Names of the available activations. */
export type ActivationName = keyof typeof INCLUDES;

interface ActivationKernels {
  readonly forward: ElementKernels;
  readonly backward: ElementKernels;
}

const made = new Map<string, ActivationKernels>();

/** Forward and backward kernels of an activation, plain or gated. */
function kernelsOf(name: ActivationName, gated: boolean): ActivationKernels {
  const key = `${name} ${gated}`;
  const known = made.get(key);
  if (known) return known;
  const shader = gated ? "elementwise/gated_activation" : "elementwise/activation";
  const params = { count: "u32" } as const;
  const includes = INCLUDES[name];
  const reads = gated ? (["read", "read"] as const) : (["read"] as const);
  const writes = gated ? (["read_write", "read_write"] as const) : (["read_write"] as const);
  const kernels = {
    forward: elementKernels({ shader, includes, params, bindings: [...reads, "read_write"] }),
    backward: elementKernels({
      shader: `${shader}_backward`,
      includes,
      params,
      bindings: ["read", ...reads, ...writes],
    }),
  };
  made.set(key, kernels);
  return kernels;
}

function lowerElements<A>(context: LowerContext<A>, kernels: ElementKernels): void {
  const { inputs, outputs, dispatch } = context;
  const elements = elementCount((outputs[0] as Value).type.shape);
  const { kernel, width } = kernels.choose(elements);
  const count = elements / width;
  dispatch({ kernel, params: { count }, operands: [...inputs, ...outputs], grid: elementGrid(count) });
}

interface BackwardAttrs {
  readonly activation: ActivationName;
}

/** dx = dy · activation'(x): dy, x -> dx. */
export const activationBackward: Op<BackwardAttrs> = {
  name: "activationBackward",
  infer: ([dy]) => [dy as TensorType],
  lower: (context) => lowerElements(context, kernelsOf(context.attrs.activation, false).backward),
};

/** dgate = dy · up · activation'(gate), dup = dy · activation(gate): dy, gate, up -> dgate, dup. */
export const gatedActivationBackward: Op<BackwardAttrs> = {
  name: "gatedActivationBackward",
  infer: ([dy]) => [dy as TensorType, dy as TensorType],
  lower: (context) => lowerElements(context, kernelsOf(context.attrs.activation, true).backward),
};

/** Defines the op y = activation(x); `choose` selects the activation from the attrs. */
export function activationOp<A>(name: string, choose: (attrs: A) => ActivationName): Op<A> {
  return {
    name,
    infer: ([x]) => [x as TensorType],
    vjp: ({ graph, attrs, inputs, gradOutputs: [dy] }) => [
      dy
        ? graph.apply(activationBackward, [dy, defined(inputs[0], name)], { activation: choose(attrs) })
        : null,
    ],
    lower: (context) => lowerElements(context, kernelsOf(choose(context.attrs), false).forward),
  };
}

/** Defines the op y = activation(gate) · up for equal shapes. */
export function gatedActivationOp<A>(name: string, choose: (attrs: A) => ActivationName): Op<A> {
  return {
    name,
    infer: ([gate, up]) => {
      const [left, right] = [gate as TensorType, up as TensorType];
      invariant(
        sameShape(left.shape, right.shape),
        `${name}: gate ${formatShape(left.shape)} and up ${formatShape(right.shape)} differ`,
      );
      return [left];
    },
    vjp: ({ graph, attrs, inputs, gradOutputs: [dy] }) => {
      if (!dy) return [null, null];
      return graph.applyAll(gatedActivationBackward, [dy, ...inputs], { activation: choose(attrs) });
    },
    lower: (context) => lowerElements(context, kernelsOf(choose(context.attrs), true).forward),
  };
}
