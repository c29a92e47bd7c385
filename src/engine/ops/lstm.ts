import type { KernelCall, Op, Tuning } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import { defineKernel, type Kernel } from "../gpu/kernel";
import { firstUsable } from "../kernels/variants";
import { matmul } from "./matmul";
import { requireShape } from "./shapes";

type NoAttrs = Record<never, never>;

/** Workgroup size per direction: a software GPU pays for every four lanes at each barrier. */
const LANES = { software: 4, gpu: 256 } as const;

interface LaneKernels {
  readonly software: Kernel;
  readonly gpu: Kernel;
}

function laneKernels(shader: string, bindings: Kernel["bindings"]): LaneKernels {
  const make = (lanes: number): Kernel =>
    defineKernel({
      shader,
      includes: ["lib/element_f32", "lib/sigmoid", "lib/activation_tanh"],
      defines: { LANES: lanes },
      params: { length: "u32", hidden: "u32" },
      bindings,
    });
  return { software: make(LANES.software), gpu: make(LANES.gpu) };
}

const forwardKernels = laneKernels("recurrent/lstm", [
  ...(["read", "read", "read", "read"] as const),
  ...(["read_write", "read_write", "read_write", "read_write"] as const),
]);

const backwardKernels = laneKernels("recurrent/lstm_backward", [
  ...(["read", "read", "read", "read"] as const),
  ...(["read_write", "read_write", "read_write"] as const),
]);

/** A dispatch of two workgroups, one per direction. */
function lstmCall(
  kernels: LaneKernels,
  operands: readonly Value[],
  weight: Value,
  length: number,
  tuning: Tuning,
): KernelCall {
  const [rows = 0, hidden = 0] = weight.type.shape;
  const { gpu, software } = kernels;
  const kernel = firstUsable(tuning.software ? [software] : [gpu, software], tuning);
  return {
    kernel,
    params: { length, hidden },
    operands,
    grid: [2, 1, 1],
    flops: 2 * 2 * length * rows * hidden,
  };
}

/**
 * A bidirectional LSTM layer as in PyTorch. Inputs: input contributions to the gates, biases included, in the order i,
 * f, g, o, for the forward and the backward direction (T, 4 H), and both recurrent weights (4 H, H). Outputs:
 * concatenated h of both directions (T, 2 H), and for the backward pass i, f, g, o, c (2, T, 5 H) and per direction the
 * previous h of each step (T, H).
 */
export const lstm: Op<NoAttrs> = {
  name: "lstm",
  infer: ([x, reverse, w, wReverse]) => {
    const [length = 0, width = 0] = (x as TensorType).shape;
    const hidden = width / 4;
    requireShape("lstm", "the backward direction's input", reverse, [length, width]);
    requireShape("lstm", "the recurrent weight", w, [width, hidden]);
    requireShape("lstm", "the backward direction's recurrent weight", wReverse, [width, hidden]);
    return [f32(length, 2 * hidden), f32(2, length, 5 * hidden), f32(length, hidden), f32(length, hidden)];
  },
  vjp: ({ graph, inputs, outputs, gradOutputs: [dy] }) => {
    if (!dy) return [null, null, null, null];
    const [, , w, wReverse] = inputs as [Value, Value, Value, Value];
    const [, tape, before, beforeReverse] = outputs as [Value, Value, Value, Value];
    const [sums, sumsReverse] = graph.applyAll(lstmBackward, [dy, tape, w, wReverse], {}) as [Value, Value];
    const weightGradient = (gates: Value, h: Value): Value =>
      graph.apply(matmul, [gates, h], { form: "tn", alpha: 1 });
    return [sums, sumsReverse, weightGradient(sums, before), weightGradient(sumsReverse, beforeReverse)];
  },
  lower: ({ inputs, outputs, tuning, dispatch }) => {
    const [x, , w] = inputs as [Value, Value, Value];
    dispatch(lstmCall(forwardKernels, [...inputs, ...outputs], w, x.type.shape[0] ?? 0, tuning));
  },
};

/**
 * Gradient of {@link lstm} with respect to the gate pre-activations of both directions (T, 4 H), from dy (T, 2 H), i,
 * f, g, o, c (2, T, 5 H) and the recurrent weights. The third output is scratch (2, H).
 */
export const lstmBackward: Op<NoAttrs> = {
  name: "lstmBackward",
  infer: ([dy, , w]) => {
    const [length = 0] = (dy as TensorType).shape;
    const [rows = 0, hidden = 0] = (w as TensorType).shape;
    return [f32(length, rows), f32(length, rows), f32(2, hidden)];
  },
  lower: ({ inputs, outputs, tuning, dispatch }) => {
    const [dy, , w] = inputs as [Value, Value, Value];
    dispatch(lstmCall(backwardKernels, [...inputs, ...outputs], w, dy.type.shape[0] ?? 0, tuning));
  },
};
