import { invariant } from "../../lib/invariant";
import type { LowerContext, Op } from "../graph/op";
import { elementCount, formatShape, type TensorType, u32, type Value } from "../graph/value";
import { defineKernel, type Kernel } from "../gpu/kernel";

/** Words of the controls, in the order of shaders/sampling/common.wgsl; the last four are floats. */
export const CONTROL_WORDS = 16;

/** What a draw depends on. */
export interface DrawControls {
  /** Place of the result in `drawn`. */
  readonly step: number;
  /** Length of the history so far, to which the drawn token is appended. */
  readonly length: number;
  /** Differs from that of every earlier draw with the same `stamps`, and is not 0. */
  readonly stamp: number;
  /** Number of banned ids. */
  readonly bans: number;
  /** 0 allows repetitions. */
  readonly noRepeatNgramSize: number;
  /** 0 keeps all tokens. */
  readonly topK: number;
  readonly repetitionPenalty: number;
  /** Ignored by {@link takeLargest}. */
  readonly temperature: number;
  readonly topP: number;
  /** In [0, 1). */
  readonly uniform: number;
}

/** Bins per unit of score / temperature; BINS_PER_NAT of shaders/sampling/common.wgsl. */
const BINS_PER_NAT = 32;
const BINS = 1024;
/** Longest list of scores that are drawn from one by one. */
const LIST = 1024;

/** Packs the controls of a draw. */
export function packControls(controls: DrawControls): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(CONTROL_WORDS);
  const { step, length, stamp, bans, noRepeatNgramSize, topK } = controls;
  words.set([step, length, stamp, bans, noRepeatNgramSize, topK === 0 ? 0xffffffff : topK]);
  const { repetitionPenalty, temperature, topP, uniform } = controls;
  const floats = [repetitionPenalty, temperature > 0 ? BINS_PER_NAT / temperature : 0, topP, uniform];
  new Float32Array(words.buffer).set(floats, 6);
  return words;
}

const params = { vocabulary: "u32", chunk: "u32", groups: "u32" } as const;

function sampler(
  shader: string,
  includes: readonly string[],
  bindings: Kernel["bindings"],
): (lanes: number) => Kernel {
  const make = (lanes: number): Kernel =>
    defineKernel({
      shader: `sampling/${shader}`,
      includes: ["sampling/common", ...includes.map((name) => `sampling/${name}`)],
      defines: { LANES: lanes },
      params,
      bindings,
    });
  const kernels = { 4: make(4), 64: make(64) };
  return (lanes) => (lanes === 4 ? kernels[4] : kernels[64]);
}

const editKernel = defineKernel({
  shader: "sampling/edit",
  includes: ["sampling/common"],
  params,
  bindings: ["read", "read", "read", "read_write", "read_write"],
});
const topKernel = sampler("top", ["largest"], ["read", "read_write", "read_write"]);
const greedyKernel = sampler("greedy", ["largest"], ["read", "read", "read_write", "read_write"]);
const histogramKernel = sampler(
  "histogram",
  ["place", "overall_top"],
  ["read", "read", "read", "read_write"],
);
const binsKernel = sampler("bins", ["place"], ["read", "read", "read_write"]);
const collectKernel = sampler(
  "collect",
  ["place", "overall_top"],
  ["read", "read", "read", "read", "read_write", "read_write"],
);
const drawKernel = sampler(
  "draw",
  ["place", "overall_top"],
  ["read", "read", "read", "read", "read", "read_write", "read_write"],
);

/** Most workgroups over a vocabulary, and the fewest scores of each. */
const MAX_GROUPS = { gpu: 128, software: 16 } as const;
const MIN_CHUNK = 1024;

type DrawContext = LowerContext<Readonly<Record<never, never>>>;

/** Inputs and scratch buffers of a draw, and how its kernels are dispatched. */
interface Draw {
  readonly logits: Value;
  readonly controls: Value;
  readonly history: Value;
  readonly drawn: Value;
  readonly tops: Value;
  readonly histogram: Value;
  over(kernel: (lanes: number) => Kernel, operands: readonly Value[]): void;
  once(kernel: (lanes: number) => Kernel, operands: readonly Value[]): void;
}

/** Dispatches the processors and the search for the largest scores. */
function beginDraw({ inputs, tuning, dispatch, scratch }: DrawContext): Draw {
  const [logits, controls, history, bans, stamps, drawn] = inputs as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const vocabulary = elementCount(logits.type.shape);
  const most = tuning.software ? MAX_GROUPS.software : MAX_GROUPS.gpu;
  const groups = Math.min(most, Math.ceil(vocabulary / MIN_CHUNK));
  const values = { vocabulary, chunk: Math.ceil(vocabulary / groups), groups };
  const lanes = tuning.software ? 4 : 64;
  const run =
    (workgroups: number): Draw["over"] =>
    (kernel, operands) =>
      dispatch({ kernel: kernel(lanes), params: values, operands, grid: [workgroups, 1, 1] });
  const draw = {
    ...{ logits, controls, history, drawn },
    tops: scratch(u32(3, groups)),
    histogram: scratch(u32(2 * BINS + 1)),
    over: run(groups),
    once: run(1),
  };
  dispatch({
    kernel: editKernel,
    params: values,
    operands: [controls, history, bans, stamps, logits],
    grid: [1, 1, 1],
  });
  draw.over(topKernel, [logits, draw.tops, draw.histogram]);
  return draw;
}

function checkDraw([logits, controls, , , stamps]: readonly TensorType[]): readonly TensorType[] {
  const vocabulary = elementCount(logits?.shape ?? []);
  invariant(
    elementCount(controls?.shape ?? []) === CONTROL_WORDS && elementCount(stamps?.shape ?? []) === vocabulary,
    `draw: stamps ${formatShape(stamps?.shape ?? [])} do not fit ${vocabulary} logits`,
  );
  return [];
}

/**
 * Takes the most likely token (the first of equals) after the repetition penalty, the n-gram ban and listed bans, which
 * are applied to the logits in place as by `processLogits`.
 *
 * Inputs: logits (1, V), controls u32 ({@link packControls}), history u32 (ids so far, with room for one more), banned
 * ids u32, stamps u32 (V) (zeros at first), drawn u32 (steps, 2). Writes the id and whether it is certain (1) to the
 * step's row of `drawn`, and appends the id to the history. No outputs.
 */
export const takeLargest: Op<Readonly<Record<never, never>>> = {
  name: "takeLargest",
  effect: true,
  infer: checkDraw,
  lower: (context) => {
    const { controls, tops, history, drawn, once } = beginDraw(context);
    once(greedyKernel, [controls, tops, history, drawn]);
  },
};

/**
 * Draws a token under temperature, top-k and top-p, as `sampleToken` does; inputs and results are those of
 * {@link takeLargest}. A radix search instead of a sort: the distances from the largest score, in temperatures, go into
 * a histogram, and only the bins in which a cut or the draw falls are listed and sorted. Sums are in f32, so that a draw
 * within 1e-5 of an edge is reported as uncertain.
 */
export const drawToken: Op<Readonly<Record<never, never>>> = {
  name: "drawToken",
  effect: true,
  infer: checkDraw,
  lower: (context) => {
    const { logits, controls, history, drawn, tops, histogram, over, once } = beginDraw(context);
    const bins = context.scratch(u32(3 * BINS + 2));
    const list = context.scratch(u32(LIST, 2));
    over(histogramKernel, [controls, logits, tops, histogram]);
    once(binsKernel, [controls, histogram, bins]);
    over(collectKernel, [controls, logits, tops, bins, histogram, list]);
    once(drawKernel, [controls, tops, bins, histogram, list, history, drawn]);
  },
};
