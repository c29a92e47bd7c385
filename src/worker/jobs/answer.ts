import { promptIds } from "../../data/shape/conversation";
import { makeRng } from "../../lib/rng";
import type { CommandArgs, Question } from "../../protocol/commands";
import type { FinishReason } from "../../shared/generation";
import { StreamDecoder } from "../../tokenizer/stream-decoder";
import type { Speaker } from "../active";
import { checkIds } from "../check-ids";
import { readGeneration } from "../generation-config";
import { holdAdapter, holdMerged } from "../kept-adapter";
import type { Session } from "../session";
import { onGpu } from "./on-gpu";
import type { Job } from "./owner";

type Args = CommandArgs<"generate">[0];

/** Answers the questions in order; stopping one skips the rest. */
export function answerJob(session: Session, args: Args): Job<void> {
  return {
    kind: "answer",
    run: ({ signal }) =>
      onGpu(session, async () => {
        for (const question of args.questions) {
          const finish = await answer(session, args, question, signal);
          if (finish === "stopped") return;
        }
      }),
  };
}

async function answer(
  session: Session,
  { requestId, templateId, options }: Args,
  question: Question,
  signal: AbortSignal,
): Promise<FinishReason> {
  const { side, messages } = question;
  const { tokenizer, folder } = session.model;
  const { rules } = readGeneration(folder.generationConfig, folder.config);
  const { ids, endIds, answerLead } = promptIds(messages, templateId, tokenizer);
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

/**
 * Loads the model and adapter for an answer onto the GPU. Throws if there is no such adapter, it cannot be merged, or
 * memory runs out.
 */
async function findSpeaker(session: Session, { adapterId, merged }: Question): Promise<Speaker> {
  const { engine } = session.model;
  if (adapterId === null) return { engine, state: null };
  if (merged) return { engine: await holdMerged(session, adapterId), state: null };
  return { engine, state: (await holdAdapter(session, adapterId)).state };
}
