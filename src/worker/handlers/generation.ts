import { shapeOf } from "../../data/shape/prompt-template";
import { mergedGpuBytes } from "../../engine/adapters/merged-model";
import { baseKey, loadEvaluation } from "../../storage/evaluations";
import type { EncodedRows } from "../encoded-rows";
import { Gate } from "../gate";
import { answerJob } from "../jobs/answer";
import { answerOddsJob } from "../jobs/answer-odds";
import { answerFilesJob } from "../jobs/answer-files";
import { evaluateJob } from "../jobs/evaluate";
import type { JobOwner } from "../jobs/owner";
import { promptTokens } from "../../data/encode/token-view";
import { readAdapter } from "../kept-adapter";
import { questionPrompt, questionTemplates } from "../question-prompt";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "generate"
  | "evaluate"
  | "keptEvaluation"
  | "questionTokens"
  | "answerOdds"
  | "answerFiles"
  | "pauseAnswers"
  | "resumeAnswers"
  | "mergedBytes"
  | "keepMerged";

/** Commands that generate answers with the base model, with an adapter, or with a merged adapter. */
export function generationHandlers(
  owner: JobOwner,
  session: Session,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  const gate = new Gate();
  return {
    generate: (args, call) => owner.run(answerJob(session, args), call),
    answerFiles: (args, call) => owner.run(answerFilesJob(session, gate, args), call),
    pauseAnswers: () => {
      if (owner.runs("answer-files")) gate.close();
    },
    resumeAnswers: () => gate.open(),
    evaluate: (args, call) => owner.run(evaluateJob(session, encoded, args), call),
    keptEvaluation: ({ adapterId }) => loadEvaluation(adapterId ?? baseKey(session.model.summary.id)),
    async questionTokens({ questions, template }) {
      const templates = await questionTemplates(session, questions, template);
      return questions.map((question, index) => {
        const { templateId, tokenizer } = shapeOf(templates[index] ?? template, session.model.tokenizer);
        const prompt = questionPrompt(question, templateId, tokenizer);
        return promptTokens(prompt, tokenizer);
      });
    },
    answerOdds: (args, call) => owner.run(answerOddsJob(session, args), call),
    async mergedBytes({ id }) {
      const { adapter, values } = await readAdapter(session, id);
      return mergedGpuBytes(session.model.engine, adapter, values);
    },
    keepMerged: ({ ids }) => session.keepMerged(ids),
  };
}
