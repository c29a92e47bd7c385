import { shapeOf } from "../../data/shape/prompt-template";
import { makeRng } from "../../lib/rng";
import type { CommandArgs, Question } from "../../protocol/commands";
import type { PromptTemplate } from "../../shared/data";
import type { FinishReason } from "../../shared/generation";
import { StreamDecoder } from "../../tokenizer/stream-decoder";
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
  { requestId, options }: Args,
  question: Question,
  template: PromptTemplate,
  signal: AbortSignal,
): Promise<FinishReason> {
  const { side } = question;
  const { tokenizer, templateId } = shapeOf(template, session.model.tokenizer);
  const { folder } = session.model;
  const { rules } = readGeneration(folder.generationConfig, folder.config);
  const { ids, endIds, answerLead } = questionPrompt(question, templateId, tokenizer);
  checkIds(ids, session.model);
  const speaker = await findSpeaker(session, question);
  const generator = await session.generator(side, speaker, ids.length + options.maxNewTokens);
  const decoder = new StreamDecoder(tokenizer, answerLead);
  const started = performance.now();
  let text = "";
  let tokens = 0;
  const tell = (finish: FinishReason | null): void => {
    const tokensPerSecond = (tokens / Math.max(1, performance.now() - started)) * 1000;
    session.emit("answer", { requestId, side, text, tokensPerSecond, finish });
  };
  const answers = generator.generate(ids, { ...options, rules }, endIds, makeRng(options.seed), signal);
  let next = await answers.next();
  while (!next.done) {
    tokens++;
    text += decoder.push(next.value);
    tell(null);
    next = await answers.next();
  }
  text += decoder.flush();
  tell(next.value);
  return next.value;
}
