import { promptIds } from "../../src/data/shape/conversation";
import { answerAll } from "../../src/engine/generate/batch-answers";
import { BatchDecoder } from "../../src/engine/generate/batch-decoder";
import { Generator } from "../../src/engine/generate/generator";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { openBuiltIn, readHeldOut, readSamples } from "../builtin/built-in";

/**
 * Answers 200 held-out rows of the samples with the built-in model, in batches and one at a time: `node tests/run.mjs
 * tests/bench/batch-bench.ts [rows]`. Measures CPU time, as the software GPU runs on the CPU. Exits with 1 if batches
 * take a fifth of the time or more, or if any answer differs.
 */
export async function main([rows = "200"]: readonly string[]): Promise<number> {
  const { engine, tokenizer } = await openBuiltIn();
  const options = { ...defaultGeneration, maxNewTokens: 64 };
  const heldOut = readSamples()
    .filter(({ language }) => language === "en")
    .flatMap(readHeldOut);
  const questions = Array.from({ length: Number(rows) }, (_, row) => {
    const { instruction = "", input = "" } = heldOut[row % heldOut.length] ?? {};
    const content = [instruction, input].filter(Boolean).join("\n");
    const { ids, endIds } = promptIds([{ role: "user", content }], "chat", tokenizer);
    return { prompt: ids, endIds, options, random: makeRng(options.seed) };
  });
  const longest = Math.max(...questions.map(({ prompt }) => prompt.length)) + options.maxNewTokens;

  const decoder = await BatchDecoder.create(engine, null, longest);
  const together: (readonly number[])[] = [];
  const batchMs = await timed(async () => {
    for await (const { index, ids } of answerAll(decoder, questions)) together[index] = ids;
  });

  const generator = await Generator.create(engine, null, longest);
  let different = 0;
  const aloneMs = await timed(async () => {
    for (const [index, { prompt, endIds, random }] of questions.entries()) {
      const ids: number[] = [];
      for await (const id of generator.generate(prompt, options, endIds, random)) ids.push(id);
      if (ids.join() !== together[index]?.join()) different++;
    }
  });
  const tokens = together.reduce((sum, ids) => sum + ids.length, 0);
  console.log(`${questions.length} rows, ${tokens} answer tokens, ${decoder.lanes} lanes`);
  console.log(`in batches: ${(batchMs / 1000).toFixed(1)} s`);
  console.log(`one after the other: ${(aloneMs / 1000).toFixed(1)} s`);
  console.log(`share: ${(batchMs / aloneMs).toFixed(3)}; answers that differ: ${different}`);
  return batchMs < aloneMs / 5 && different === 0 ? 0 : 1;
}

/** Processor time in milliseconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
