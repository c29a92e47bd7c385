import type { FieldValues } from "../../shared/fields";
import { isCancelled } from "../../lib/errors";
import { toProblem } from "../lib/problem";
import { selectObjectiveId } from "./goal";
import { planInputs } from "./selectors";
import type { MethodSlice, SliceCreator } from "./state";

export const methodSlice: SliceCreator<MethodSlice> =
  ({ client }) =>
  (set, get) => ({
    methodId: "lora",
    methodEdits: {},
    goalChoice: null,
    objectiveId: "dpo",
    objectiveEdits: {},
    plan: null,
    planBusy: false,
    planProblem: null,

    chooseGoal: (goal) => {
      set({ goalChoice: goal });
    },

    chooseObjective: (id) => {
      set({ objectiveId: id });
    },

    editObjective: (name, value) => {
      set((state) => {
        const id = selectObjectiveId(state);
        const { objectiveEdits } = state;
        return { objectiveEdits: { ...objectiveEdits, [id]: { ...objectiveEdits[id], [name]: value } } };
      });
    },

    chooseMethod: (id) => {
      // Learning rates are per method: LoRA's would hardly change a soft prompt.
      set(({ trainingEdits }) => {
        const { learningRate: _dropped, ...kept } = trainingEdits;
        return { methodId: id, trainingEdits: kept };
      });
    },

    editMethod: (name, value) => {
      set(({ methodId, methodEdits }) => ({
        methodEdits: { ...methodEdits, [methodId]: { ...methodEdits[methodId], [name]: value } },
      }));
    },

    applyMethod: ({ id, options }) => {
      get().chooseMethod(id);
      set(({ methodEdits }) => ({ methodEdits: { ...methodEdits, [id]: options } }));
    },

    resetMethod: () => {
      const { methodId, methodEdits } = get();
      const change = (edits: FieldValues): void => {
        set(({ methodEdits: all }) => ({ methodEdits: { ...all, [methodId]: edits } }));
      };
      const edits = methodEdits[methodId] ?? {};
      change({});
      get().offerUndo({
        kind: "method-reset",
        count: Object.keys(edits).length,
        undo: () => {
          change(edits);
        },
      });
    },

    async refreshPlan() {
      const inputs = planInputs(get());
      if (!inputs) {
        set({ plan: null, planBusy: false, planProblem: null });
        return;
      }
      set({ planBusy: true });
      const current = () => planInputs(get())?.key === inputs.key;
      try {
        const plan = await client.call("planAdapter", { method: inputs.method });
        if (current()) set({ plan, planBusy: false, planProblem: null });
      } catch (error) {
        if (current())
          set({ plan: null, planBusy: false, planProblem: isCancelled(error) ? null : toProblem(error) });
      }
    },
  });
