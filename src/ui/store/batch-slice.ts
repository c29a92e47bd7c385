import { isCancelled } from "../../lib/errors";
import { toProblem } from "../lib/problem";
import { answerEnds } from "./compare-slice";
import { isExcluded, JobCalls } from "./jobs";
import { selectTemplate } from "./selectors";
import type { BatchSlice, SliceCreator } from "./state";
import { generationValues, toGenerationOptions } from "./training-values";
import { rightVoice } from "./voices";

/** Batch answers to the prompts of files. */
export const batchSlice: SliceCreator<BatchSlice> =
  ({ client }) =>
  (set, get) => {
    const calls = new JobCalls(set);
    return {
      batchFiles: [],
      batchAnswers: null,
      batchPaused: false,
      batchProblem: null,

      chooseBatchFiles: (files) => {
        set({ batchFiles: files, batchAnswers: null, batchProblem: null });
      },

      async answerBatch() {
        const state = get();
        const options = toGenerationOptions(generationValues(state.generationEdits));
        const { batchFiles: files } = state;
        if (!options || files.length === 0 || isExcluded(state, "answer-files")) return;
        const side = rightVoice(state.voices) ?? { adapterId: null, merged: false };
        const args = {
          ...{ files, side, options, template: selectTemplate(state), ends: answerEnds(state) },
          system: state.systemPrompt,
        };
        set({ batchAnswers: null, batchPaused: false, batchProblem: null });
        try {
          const batchAnswers = await calls.run({ kind: "answer-files" }, (signal) =>
            client.withSignal(signal).call("answerFiles", args),
          );
          set({ batchAnswers });
        } catch (error) {
          set({ batchProblem: isCancelled(error) ? null : toProblem(error) });
        }
        set({ batchPaused: false });
      },

      async pauseBatch() {
        set({ batchPaused: true });
        await client.call("pauseAnswers");
      },

      async resumeBatch() {
        set({ batchPaused: false });
        await client.call("resumeAnswers");
      },

      stopBatch: () => {
        calls.cancel();
      },
    };
  };
