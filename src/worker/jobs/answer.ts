import { shapeOf } from "../../data/shape/prompt-template";
import { makeRng } from "../../lib/rng";
import type { CommandArgs, Question } from "../../protocol/commands";
import type { PromptTemplate } from "../../shared/data";
import type { FinishReason } from "../../shared/generation";
import { AnswerText } from "../answer-text";
import { checkIds } from "../check-ids";
import { readGeneration } from "../generation-config";
import { questionPrompt, questionTemplates } from "../question-prompt";
import type { Session } from "../session";
import { findSpeaker } from "../speakers";
import { onGpu } from "./on-gpu";
import type { Job } from "./owner";

type Args = CommandArgs<"generate">[0];

/** Answers the questions in order; stopping one skips the rest. */
export function answerJob(session: Session, args: Args): Job<void> {
  return {
    kind: "answer",
    run: ({ signal }) =>
      onGpu(session, async () => {
        const templates = await questionTemplates(session, args.questions, args.template);
        for (const [index, question] of args.questions.entries()) {
          const finish = await answer(session, args, question, templates[index] ?? args.template, signal);
          if (finish === "stopped") return;
        }
      }),
  };
}

async function answer(
  session: Session,
  { requestId, options, ends }: Args,
  question: Question,
  template: PromptTemplate,
  signal: AbortSignal,
): Promise<FinishReason> {
  const { column } = question;
  const { tokenizer, templateId } = shapeOf(template, session.model.tokenizer);
  const { folder } = session.model;
  const { rules } = readGeneration(folder.generationConfig, folder.config);
  const prompt = questionPrompt(question, templateId, tokenizer);
  checkIds(prompt.ids, session.model);
  const speaker = await findSpeaker(session, question);
  const generator = await session.generator(column, speaker, prompt.ids.length + options.maxNewTokens);
  const written = new AnswerText(tokenizer, prompt.answerLead, ends);
  const started = performance.now();
  const ids: number[] = [];
  const tell = (finish: FinishReason | null): void => {
    const tokensPerSecond = (ids.length / Math.max(1, performance.now() - started)) * 1000;
    const { text } = written;
    session.emit("answer", {
      ...{ requestId, column, text, tokensPerSecond, finish },
      ids: finish === null ? [] : ids,
    });
  };
  const random = makeRng(options.seed);
  const answers = generator.generate(prompt.ids, { ...options, rules }, prompt.endIds, random, signal);
  let finish: FinishReason | null = null;
  while (finish === null) {
    const next = await answers.next();
    if (next.done) {
      finish = next.value;
      break;
    }
    ids.push(next.value);
    finish = written.push(next.value);
    if (finish === null) tell(null);
  }
  written.end();
  tell(finish);
  return finish;
}
