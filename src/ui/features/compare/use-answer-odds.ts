import type { ErrorData } from "../../../lib/errors";
import type { TokenChance } from "../../../shared/generation";
import { conversation } from "../../store/compare-slice";
import { useStudio, useStudioContext } from "../../store/context";
import { selectTemplate } from "../../store/selectors";
import type { Turn } from "../../store/state";
import { useRemote } from "../../store/use-remote";

interface AnswerOdds {
  /** By answer of the last turn; null while unknown. */
  readonly odds: readonly (readonly TokenChance[])[] | null;
  readonly problem: ErrorData | null;
}

/** Token probabilities of the last turn's answers, if they are to be shown. */
export function useAnswerOdds(turns: readonly Turn[]): AnswerOdds {
  const { client, store } = useStudioContext();
  const { shown, templateKey, modelId } = useStudio((state) => ({
    shown: state.showOdds,
    templateKey: JSON.stringify(selectTemplate(state)),
    modelId: state.model?.id ?? null,
  }));
  const answers = turns.at(-1)?.answers ?? [];
  const isComplete = answers.every(({ answer: { state } }) => state === "done" || state === "failed");
  const questions = answers.map(({ voice }) => ({
    ...(voice ?? { adapterId: null, merged: false }),
    ...conversation(turns, voice),
  }));
  const ids = answers.map(({ answer }) => answer.ids);
  const wanted = shown && answers.length > 0 && isComplete && modelId !== null;
  const key = wanted ? JSON.stringify([modelId, templateKey, questions, ids]) : null;
  const { value, problem, busy } = useRemote(key, (signal) =>
    client
      .withSignal(signal)
      .call("answerOdds", { questions, answers: ids, template: selectTemplate(store.getState()) }),
  );
  return { odds: busy ? null : value, problem };
}
