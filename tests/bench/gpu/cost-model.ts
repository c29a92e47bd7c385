import type { KernelCall, Operand, Tuning } from "../../../src/engine/graph/op";
import { splitCall } from "../../../src/engine/graph/split-call";
import { dispatchFlops } from "../../../src/engine/kernels/tuner";
import { operandBytes, trialsOf } from "../../../src/engine/kernels/trials";
import { sum } from "../../../src/lib/numbers";
import type { Card } from "./cards";

/** What a dispatch asks of a card. */
export interface Cost {
  /** The shader, and the constants that set variants apart. */
  readonly kernel: string;
  readonly dispatches: number;
  readonly flops: number;
  /** FLOPs including those of partial tiles. */
  readonly executedFlops: number;
  /** Bytes of all operands, each moved once between memory and the GPU. */
  readonly bytes: number;
  /** Bytes read from workgroup memory. */
  readonly sharedBytes: number;
  readonly workgroups: number;
}

/** What keeps a dispatch from being faster. */
export type Bound = "arithmetic" | "memory" | "workgroup memory" | "launch";

/** A kernel's share of a plan on a card. */
export interface Prediction extends Cost {
  readonly seconds: number;
  readonly bound: Bound;
}

/** What a call asks of a card. */
export function costOf(call: KernelCall): Cost {
  const { kernel, flops = 0, work = { flops, sharedBytes: 0 }, grid } = call;
  const constants = Object.entries(kernel.defines).map(([name, value]) => `${name}=${value}`);
  const splits = kernel.includes.includes("lib/split_k") ? ["in parts of k"] : [];
  return {
    kernel: [kernel.shader, ...constants, ...splits].join(" "),
    dispatches: 1,
    flops,
    executedFlops: work.flops,
    bytes: bytesOf(call),
    sharedBytes: work.sharedBytes,
    workgroups: grid[0] * grid[1] * grid[2],
  };
}

/** Shaders that gather from tables or write into caches: they touch as much of those as they have other operands. */
const TOUCH_A_PART = /^(embed|attention\/(rope|cache_write))/;

/** A part of a split call moves as much of the operands. */
function bytesOf({ kernel, operands, fraction = 1 }: KernelCall): number {
  const sizes = operands.map((operand) => fraction * operandBytes(operand));
  if (!TOUCH_A_PART.test(kernel.shader)) return sum(sizes);
  const temporaries = sizes.filter((_, index) => isTemporary(operands[index]));
  return sum(sizes.map((size) => Math.min(size, Math.max(...temporaries))));
}

function isTemporary(operand: Operand | undefined): boolean {
  if (!operand || "weight" in operand) return false;
  return ("value" in operand ? operand.value : operand).storage === "temp";
}

/** Time of one dispatch: its slowest part, on the units that its workgroups fill, and a launch. */
export function predict(cost: Cost, card: Card): Prediction {
  const waves = Math.ceil(cost.workgroups / card.units);
  const busy = cost.workgroups / (waves * card.units);
  const times: readonly (readonly [Bound, number])[] = [
    ["arithmetic", cost.executedFlops / card.flops / busy],
    ["memory", cost.bytes / card.bandwidth],
    ["workgroup memory", cost.sharedBytes / (card.sharedBytesPerFma * (card.flops / 2)) / busy],
    ["launch", card.launch],
  ];
  const [bound, slowest] = times.reduce((most, part) => (part[1] > most[1] ? part : most));
  return { ...cost, seconds: bound === "launch" ? slowest : slowest + card.launch, bound };
}

/** Predictions of a plan by kernel, the longest first. */
export function predictPlan(costs: readonly Cost[], card: Card): readonly Prediction[] {
  const byKernel = new Map<string, Prediction>();
  for (const cost of costs) {
    const each = predict(cost, card);
    const key = `${each.kernel} ${each.bound}`;
    const known = byKernel.get(key);
    byKernel.set(key, known ? added(known, each) : each);
  }
  return [...byKernel.values()].sort((a, b) => b.seconds - a.seconds);
}

function added(a: Prediction, b: Prediction): Prediction {
  return {
    ...a,
    dispatches: a.dispatches + b.dispatches,
    flops: a.flops + b.flops,
    executedFlops: a.executedFlops + b.executedFlops,
    bytes: a.bytes + b.bytes,
    sharedBytes: a.sharedBytes + b.sharedBytes,
    workgroups: a.workgroups + b.workgroups,
    seconds: a.seconds + b.seconds,
  };
}

/** Totals of a plan on a card. */
export interface Total {
  readonly seconds: number;
  /** Fractions of the card's peaks. */
  readonly ofFlops: number;
  readonly ofBandwidth: number;
}

export function totalOf(predictions: readonly Prediction[], card: Card): Total {
  const total = (field: "seconds" | "flops" | "bytes"): number => sum(predictions.map((each) => each[field]));
  const seconds = total("seconds");
  return {
    seconds,
    ofFlops: total("flops") / seconds / card.flops,
    ofBandwidth: total("bytes") / seconds / card.bandwidth,
  };
}

/** Chooses the variants that are fastest on a card by this model. */
export function tuningFor(card: Card, features: readonly GPUFeatureName[] = []): Tuning {
  // As the tuner, which measures about half of the peak.
  const maxDispatchFlops = dispatchFlops(card.flops / 2 / 1000);
  return {
    software: false,
    maxDispatchFlops,
    has: (feature) => features.includes(feature),
    choice: ({ variants }) => {
      const times = trialsOf(variants).map(({ id, calls }) => {
        const parts = calls.flatMap((call) => splitCall(call, maxDispatchFlops));
        return { id, seconds: sum(parts.map((part) => predict(costOf(part), card).seconds)) };
      });
      return times.reduce((best, time) => (time.seconds < best.seconds ? time : best)).id;
    },
  };
}
