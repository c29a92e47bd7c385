import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { planDecode } from "../../../src/engine/generate/plans";
import type { Plan } from "../../../src/engine/graph/plan";
import type { ModelShape } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { noAdapter } from "../../../src/engine/nn/hooks";
import { declaredWeights } from "../../../src/engine/train/memory";
import { planTraining } from "../../../src/engine/train/plans";
import { type Card, cards } from "./cards";
import { type Cost, costOf, predictPlan, totalOf, tuningFor } from "./cost-model";
import { type BenchModel, bindLora, models, storedType, trainerOptions } from "./models";
import { table } from "./table";

/** Kernels listed for each plan. */
const LISTED = 8;

/** One step or token of a model on a card, with the variants that are fastest there. */
interface Work {
  readonly title: string;
  readonly card: Card;
  readonly costs: readonly Cost[];
}

/**
 * Predicts a LoRA step and a decoded token of the benchmark's models on cards that need not be at hand, kernel by
 * kernel: `node tests/run.mjs tests/bench/gpu/predict.ts`
 */
export function main(): number {
  for (const { title, costs, card } of listWork())
    console.log(`${title}: ${costs.length} dispatches\n${kernels(costs, card)}\n`);
  console.log(predictions());
  return 0;
}

/** The predicted totals as a table. */
export function predictions(): string {
  const rows = listWork().map(({ title, card, costs }): readonly string[] => {
    const { seconds, ofFlops, ofBandwidth } = totalOf(predictPlan(costs, card), card);
    return [title, card.name, `${(1000 * seconds).toFixed(1)} ms`, percent(ofFlops), percent(ofBandwidth)];
  });
  return table([["predicted by the cost model", "card", "time", "of f32 peak", "of bandwidth"], ...rows]);
}

function listWork(): readonly Work[] {
  return Object.entries<BenchModel>(models).flatMap(([name, bench]) => {
    const step = `LoRA step of ${name} in ${bench.dtype}, ${bench.rows} × ${bench.length}`;
    const token = `token of ${name} in ${bench.dtype} after 1024`;
    return [
      ...cards.map((card) => ({ title: step, card, costs: costsOf(planStep(bench, card)) })),
      ...cards.map((card) => ({ title: token, card, costs: costsOf([planToken(bench, card)]) })),
    ];
  });
}

function planStep(bench: BenchModel, card: Card): readonly Plan[] {
  const shape = shapeOf(bench, card);
  const adapter = bindLora(shape.spec);
  const { length } = layOutParameters(adapter);
  const { train, update } = planTraining(shape, { adapter, length }, trainerOptions(bench, false));
  return [...train.map(({ plan }) => plan), update];
}

function planToken(bench: BenchModel, card: Card): Plan {
  return planDecode(shapeOf(bench, card), () => noAdapter, { tokens: 1, capacity: 1024 }).body;
}

function costsOf(plans: readonly Plan[]): readonly Cost[] {
  return plans.flatMap(({ calls }) => calls.map(({ call }) => costOf(call)));
}

function shapeOf(bench: BenchModel, card: Card): ModelShape {
  const spec = describeModel(bench.config);
  const weights = declaredWeights(spec, (name) => storedType(bench, name), 2 ** 31);
  return { spec, tuning: tuningFor(card), weights };
}

function kernels(costs: readonly Cost[], card: Card): string {
  const predictions = predictPlan(costs, card);
  const total = totalOf(predictions, card).seconds;
  const rows = predictions
    .slice(0, LISTED)
    .map((cost): readonly string[] => [
      cost.kernel,
      String(cost.dispatches),
      (cost.flops / 1e9).toFixed(1),
      (cost.bytes / 1e6).toFixed(0),
      cost.sharedBytes > 0 ? ((2 * cost.sharedBytes) / cost.executedFlops).toFixed(2) : "-",
      (cost.workgroups / cost.dispatches).toFixed(0),
      cost.bound,
      percent(cost.seconds / total),
    ]);
  const head = ["dispatches", "GFLOP", "MB", "B/FMA", "workgroups", "bound by", "share"];
  return table([[card.name, ...head], ...rows]);
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
