import type { AnswerResult, Commands } from "../../protocol/commands";
import { promptIds } from "../../data/shape/conversation";
import { makeRng } from "../../lib/rng";
import { StreamDecoder } from "../../tokenizer/stream-decoder";
import { checkIds } from "../check-ids";
import { mergedGpuBytes } from "../../engine/models/merged-model";
import { holdAdapter, holdMerged, readAdapter } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session, Speaker } from "../session";

type GenerateArgs = Parameters<Commands["generate"]>[0];

type Names = "generate" | "stopGeneration" | "mergedBytes" | "keepMerged";

/** Answers of the base model, alone, with one of its adapters, or with one merged into its weights. */
export function generationHandlers(session: Session): Pick<Handlers, Names> {
  let running: AbortController | null = null;
  return {
    async generate(args) {
      running?.abort();
      const controller = new AbortController();
      running = controller;
      try {
        return await answer(session, args, controller.signal);
      } finally {
        if (running === controller) running = null;
      }
    },
    stopGeneration: () => running?.abort(),
    async mergedBytes({ id }) {
      const { adapter, values } = await readAdapter(session, id);
      return mergedGpuBytes(session.model.engine, adapter, values);
    },
    keepMerged: ({ ids }) => session.keepMerged(ids),
  };
}

async function answer(session: Session, args: GenerateArgs, signal: AbortSignal): Promise<AnswerResult> {
  const { requestId, side, messages, templateId, options } = args;
  const { tokenizer } = session.model;
  const { ids, endIds, answerLead } = promptIds(messages, templateId, tokenizer);
  checkIds(ids, session.model);
  const speaker = await findSpeaker(session, args);
  const generator = await session.generator(side, speaker, ids.length + options.maxNewTokens);
  const decoder = new StreamDecoder(tokenizer, answerLead);
  const started = performance.now();
  let text = "";
  let tokens = 0;
  const speed = (): number => (tokens / Math.max(1, performance.now() - started)) * 1000;
  const answers = generator.generate(ids, options, endIds, makeRng(options.seed), signal);
  let next = await answers.next();
  while (!next.done) {
    tokens++;
    text += decoder.push(next.value);
    session.emit("answer", { requestId, side, text, tokensPerSecond: speed() });
    next = await answers.next();
  }
  text += decoder.flush();
  return { text, tokens, tokensPerSecond: speed(), finish: next.value };
}

/** Brings who answers onto the GPU. Errors: there is no such adapter; it does not merge; no memory for it. */
async function findSpeaker(session: Session, { adapterId, merged }: GenerateArgs): Promise<Speaker> {
  const { engine } = session.model;
  if (adapterId === null) return { engine, state: null };
  if (merged) return { engine: await holdMerged(session, adapterId), state: null };
  return { engine, state: (await holdAdapter(session, adapterId)).state };
}
