import type { AnswerResult, Commands } from "../../protocol/commands";
import { promptIds } from "../../data/shape/conversation";
import { makeRng } from "../../lib/rng";
import { StreamDecoder } from "../../tokenizer/stream-decoder";
import { checkIds } from "../check-ids";
import { holdAdapter } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type GenerateArgs = Parameters<Commands["generate"]>[0];

/** Answers of the base model, alone or with one of its adapters. */
export function generationHandlers(session: Session): Pick<Handlers, "generate" | "stopGeneration"> {
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
  };
}

async function answer(session: Session, args: GenerateArgs, signal: AbortSignal): Promise<AnswerResult> {
  const { requestId, side, adapterId, messages, templateId, options } = args;
  const { tokenizer } = session.model;
  const { ids, endIds } = promptIds(messages, templateId, tokenizer);
  checkIds(ids, session.model);
  const adapter = adapterId === null ? null : await holdAdapter(session, adapterId);
  const generator = await session.generator(side, adapter, ids.length + options.maxNewTokens);
  const decoder = new StreamDecoder(tokenizer);
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
