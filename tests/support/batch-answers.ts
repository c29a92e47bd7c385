import { expect } from "vitest";
import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { answerAll, type BatchAnswer } from "../../src/engine/generate/batch-answers";
import { BatchDecoder } from "../../src/engine/generate/batch-decoder";
import { Generator } from "../../src/engine/generate/generator";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration, type GenerationOptions } from "../../src/shared/generation";

/** Prompts of unequal lengths, one of them longer than a pass. */
const LENGTHS = [3, 37, 1, 12];
const ROOM = 4;

export function promptsOf(model: LoadedModel, lengths: readonly number[] = LENGTHS): number[][] {
  const { vocabularySize } = model.spec;
  return lengths.map((length, row) =>
    Array.from({ length }, (_, index) => (index * 31 + row * 17 + 7) % vocabularySize),
  );
}

export interface Asking {
  readonly prompts: readonly (readonly number[])[];
  readonly options?: Partial<GenerationOptions>;
  readonly endIds?: ReadonlySet<number>;
}

const optionsOf = ({ options }: Asking): GenerationOptions => ({
  ...defaultGeneration,
  maxNewTokens: ROOM,
  ...options,
});

/** Answers one prompt at a time. */
export async function answersAlone(model: LoadedModel, state: AdapterState | null, asking: Asking) {
  const front = state ? state.adapter.promptLength + state.adapter.prefixLength : 0;
  const longest = Math.max(...asking.prompts.map(({ length }) => length));
  const generator = await Generator.create(model, state, longest + ROOM + front);
  const answers: Omit<BatchAnswer, "index">[] = [];
  for (const [row, prompt] of asking.prompts.entries()) {
    const ids: number[] = [];
    const pieces = generator.generate(prompt, optionsOf(asking), asking.endIds ?? new Set(), makeRng(row));
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) ids.push(next.value);
    answers.push({ ids, finish: next.value });
  }
  generator.destroy();
  return answers;
}

/** Answers in batches, in the order of the prompts. */
export async function answersTogether(model: LoadedModel, state: AdapterState | null, asking: Asking) {
  const longest = Math.max(...asking.prompts.map(({ length }) => length));
  const decoder = await BatchDecoder.create(model, state, longest + ROOM);
  const endIds = asking.endIds ?? new Set<number>();
  const questions = asking.prompts.map((prompt, row) => {
    return { prompt, endIds, options: optionsOf(asking), random: makeRng(row) };
  });
  const answers: Omit<BatchAnswer, "index">[] = [];
  for await (const { index, ids, finish } of answerAll(decoder, questions))
    answers[index] = { ids: [...ids], finish };
  decoder.destroy();
  return answers;
}

/** Checks that batches give the same answers as one prompt at a time. */
export async function expectSame(
  model: LoadedModel,
  state: AdapterState | null,
  asking: Asking,
): Promise<void> {
  expect(await answersTogether(model, state, asking)).toEqual(await answersAlone(model, state, asking));
}
