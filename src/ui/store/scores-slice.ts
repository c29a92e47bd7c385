import { isCancelled } from "../../lib/errors";
import type { EvaluateArgs } from "../../protocol/commands";
import { defaultValues, type FieldValues } from "../../shared/fields";
import { scoreFields, type EvaluationOptions, type ScoredSide } from "../../shared/scores";
import { toProblem } from "../lib/problem";
import { isExcluded, JobCalls } from "./jobs";
import { lengthInputs, selectTrainingValues, selectValidation } from "./selectors";
import type { ScoresSlice, SliceCreator, StudioState } from "./state";
import { formProblems } from "./training-values";
import { askedVoices, rightVoice } from "./voices";

/** The values of the scorecard's form. */
export function scoreValues(edits: FieldValues): FieldValues {
  return { ...defaultValues(scoreFields), ...edits };
}

/** The subject of the displayed scores; undefined without a model. */
export function evaluationKey({ model, voices }: Pick<StudioState, "model" | "voices">): string | undefined {
  return model ? JSON.stringify([model.id, rightVoice(voices)?.adapterId ?? null]) : undefined;
}

/** Arguments of `evaluate`, or null while incomplete. */
export function evaluateArgs(state: StudioState): EvaluateArgs | null {
  const encoding = lengthInputs(state)?.args;
  const options = toEvaluationOptions(scoreValues(state.scoreEdits));
  if (!encoding || !options) return null;
  const { seed, validationSplit } = selectTrainingValues(state);
  const { scoreFiles } = state;
  const sides = askedVoices(state.voices.slice(0, 2));
  return {
    sides: sides.map(({ voice }): ScoredSide => voice ?? { adapterId: null, merged: false }),
    rows:
      scoreFiles.length > 0
        ? { kind: "files", files: scoreFiles }
        : {
            kind: "held-out",
            validationId: selectValidation(state)?.id ?? null,
            validationSplit: Number(validationSplit) || 0,
          },
    encoding: { ...encoding, seed: Number(seed) || 0 },
    options,
    everyday: true,
  };
}

function toEvaluationOptions(values: FieldValues): EvaluationOptions | null {
  if (Object.keys(formProblems(scoreFields, values)).length > 0) return null;
  const { limit, maxNewTokens, pattern } = values;
  return { limit: Number(limit), maxNewTokens: Number(maxNewTokens), pattern: String(pattern) };
}

/** Scores both sides of the comparison. */
export const scoresSlice: SliceCreator<ScoresSlice> =
  ({ client }) =>
  (set, get) => {
    const calls = new JobCalls(set);
    return {
      evaluation: null,
      scoreEdits: {},
      scoreFiles: [],
      scoreProblem: null,

      async score() {
        const args = evaluateArgs(get());
        if (!args || isExcluded(get(), "evaluate")) return;
        set({ scoreProblem: null });
        try {
          const evaluation = await calls.run({ kind: "evaluate" }, (signal) =>
            client.withSignal(signal).call("evaluate", args),
          );
          set({ evaluation });
        } catch (error) {
          set({ scoreProblem: isCancelled(error) ? null : toProblem(error) });
        }
      },

      cancelScore: () => {
        calls.cancel();
      },

      editScores: (name, value) => {
        set(({ scoreEdits }) => ({ scoreEdits: { ...scoreEdits, [name]: value } }));
      },

      chooseScoreFiles: (files) => {
        set({ scoreFiles: files, scoreProblem: null });
      },

      async refreshEvaluation() {
        const key = evaluationKey(get());
        set({ evaluation: null, scoreProblem: null });
        if (key === undefined) return;
        try {
          const adapterId = rightVoice(get().voices)?.adapterId ?? null;
          const evaluation = await client.call("keptEvaluation", { adapterId });
          if (evaluationKey(get()) === key) set({ evaluation });
        } catch (error) {
          set({ scoreProblem: toProblem(error) });
        }
      },
    };
  };
