import { newId } from "../../lib/id";
import type { FieldValues } from "../../shared/fields";
import { METHOD_IDS } from "../../shared/methods";
import type { ListedRun } from "../../shared/run-record";
import { METHOD_AXIS, sweepValues } from "../../shared/sweep";
import { type RunConfig, trainingFields } from "../../shared/training";
import { isExcluded } from "./jobs";
import { selectRunConfig, selectTrainBlock } from "./selectors";
import type { SliceCreator, StudioState, SweepSlice } from "./state";
import { methodValues, presetValues, toTrainingOptions } from "./training-values";

/** Validations of a short run. */
const VALIDATIONS = 4;

/** Short runs over combinations of settings, one after the other. */
export const sweepSlice: SliceCreator<SweepSlice> =
  ({ text }) =>
  (set, get) => ({
    sweep: null,

    async startSweep(axes, steps) {
      if (get().sweep || isExcluded(get(), "train") || selectTrainBlock(get()) !== null) return;
      const id = newId();
      const combinations = sweepValues(axes);
      const state = get();
      const configs = combinations.map((values) => sweepConfig(state, values, steps));
      set({ sweep: { id, done: 0, total: combinations.length } });
      try {
        for (const [index, values] of combinations.entries()) {
          const config = configs[index];
          if (!config || get().sweep?.id !== id) break;
          const outcome = await get().trainWith(
            { ...config, sweep: { id, values } },
            text.train.sweep.runName(Object.values(values).map(String)),
          );
          // A rate that diverges is a result; anything else that fails would fail again.
          if (outcome === "stopped" || (outcome === "failed" && !isDivergence(get()))) break;
          set(({ sweep }) => ({ sweep: sweep?.id === id ? { ...sweep, done: index + 1 } : sweep }));
        }
      } finally {
        set(({ sweep }) => ({ sweep: sweep?.id === id ? null : sweep }));
        await get().refreshRuns();
      }
    },

    stopSweep() {
      if (!get().sweep) return;
      set({ sweep: null });
      get().stop();
    },

    takeSweep({ config: { sweep, method } }) {
      if (!sweep) return;
      const { [METHOD_AXIS]: chosen, ...values } = sweep.values;
      if (chosen !== undefined) get().chooseMethod(method.id);
      for (const [name, value] of Object.entries(values)) {
        if (isTrainingOption(name)) get().editTraining(name, value);
        else get().editMethod(name, value);
      }
    },
  });

function isDivergence({ trainProblem }: StudioState): boolean {
  return trainProblem?.problem.code === "diverged";
}

function isTrainingOption(name: string): boolean {
  return trainingFields.some((field) => field.name === name);
}

/** The form's run with other values and fewer steps; null if it cannot be trained. */
function sweepConfig(state: StudioState, values: FieldValues, steps: number): RunConfig | null {
  const base = selectRunConfig(state);
  if (!base) return null;
  const id = METHOD_IDS.find((known) => known === values[METHOD_AXIS]) ?? base.method.id;
  const own = Object.entries(values).filter(([name]) => name !== METHOD_AXIS);
  const isOther = id !== base.method.id;
  const training = toTrainingOptions({
    ...base.training,
    // Learning rates are per method.
    ...(isOther && { learningRate: presetValues(state.preset, id, state.model).learningRate ?? 0 }),
    ...Object.fromEntries(own.filter(([name]) => isTrainingOption(name))),
    ...{ maxSteps: steps, maxMinutes: 0, epochs: Math.max(base.training.epochs, steps) },
    ...{ evalSteps: Math.max(1, Math.round(steps / VALIDATIONS)), loadBestModelAtEnd: true },
    ...{ warmupSteps: Math.min(base.training.warmupSteps, Math.ceil(steps / 10)), earlyStoppingPatience: 0 },
    ...{ sampleRows: 0, keepCheckpoints: 0 },
  });
  if (!training) return null;
  const options = {
    ...(isOther ? methodValues(id, state.model, state.methodEdits[id]) : base.method.options),
    ...Object.fromEntries(own.filter(([name]) => !isTrainingOption(name))),
  };
  return { ...base, training, method: { id, options } };
}

/** The runs of the latest sweep, best first; those without a validation loss come last. */
export function selectSweepRuns({ runs, sweep }: Pick<StudioState, "runs" | "sweep">): readonly ListedRun[] {
  const id = sweep?.id ?? runs.find(({ config }) => config.sweep)?.config.sweep?.id;
  if (id === undefined) return [];
  const figure = ({ best, finalLoss, state }: ListedRun): number =>
    state === "failed" ? Infinity : (best?.loss ?? finalLoss ?? Infinity);
  return runs.filter(({ config }) => config.sweep?.id === id).toSorted((a, b) => figure(a) - figure(b));
}
