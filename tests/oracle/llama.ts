import { homedir } from "node:os";
import { join } from "node:path";

/** The parts of node-llama-cpp that the checks use. */
export interface LlamaModel {
  readonly tokens: { readonly bos: number | null; readonly eos: number | null };
  tokenize(text: string, specialTokens?: boolean): number[];
  createContext(options: {
    contextSize: number;
    flashAttention?: boolean;
    lora?: { adapters: { filePath: string; scale: number }[] };
    experimentalKvCacheKeyType?: "F32";
    experimentalKvCacheValueType?: "F32";
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

interface LlamaSequence {
  controlledEvaluate(
    input: [
      number,
      {
        generateNext: {
          probabilities: true;
          options: { temperature: number; topK: number; topP: number; minP: number };
        };
      },
    ][],
  ): Promise<({ next: { probabilities: Map<number, number> } } | undefined)[]>;
  evaluate(tokens: number[], options: { temperature: number }): AsyncGenerator<number>;
}

export interface Llama {
  loadModel(options: { modelPath: string; vocabOnly?: boolean }): Promise<LlamaModel>;
}

/** llama.cpp on the CPU, as installed by tests/oracle/setup.sh; `LUTHIER_LLAMA` overrides its location. */
export async function openLlama(): Promise<Llama> {
  const folder = process.env.LUTHIER_LLAMA ?? join(homedir(), ".cache/luthier/llama-cpp");
  const entry = join(folder, "node_modules/node-llama-cpp/dist/index.js");
  const { getLlama } = (await import(/* @vite-ignore */ entry)) as {
    getLlama(options: { gpu: false; build: "never"; logLevel: string }): Promise<Llama>;
  };
  return getLlama({ gpu: false, build: "never", logLevel: "error" });
}

/** The model's next-token probabilities after each of `ids`, (ids, vocabulary). */
export async function probabilities(
  model: LlamaModel,
  ids: readonly number[],
  vocabulary: number,
  lora?: string,
): Promise<Float64Array[]> {
  const context = await model.createContext({
    contextSize: 256,
    // The default is an f16 cache, whose rounding matters for golden models with large weights.
    // Flash attention computes partly in f16, which changes golden models' probabilities by 2e-3.
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
    ...(lora && { lora: { adapters: [{ filePath: lora, scale: 1 }] } }),
  });
  try {
    const results = await context
      .getSequence()
      .controlledEvaluate(
        ids.map((id) => [
          id,
          { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } },
        ]),
      );
    return results.map((result) => {
      const row = new Float64Array(vocabulary);
      for (const [token, share] of result!.next.probabilities) row[token] = share;
      return row;
    });
  } finally {
    await context.dispose();
  }
}

/** The likeliest tokens after `ids`, up to an end token or `count` of them. */
export async function greedy(
  model: LlamaModel,
  ids: readonly number[],
  endIds: ReadonlySet<number>,
  count: number,
  lora?: string,
): Promise<number[]> {
  const context = await model.createContext({
    contextSize: 512,
    ...(lora && { lora: { adapters: [{ filePath: lora, scale: 1 }] } }),
  });
  const said: number[] = [];
  for await (const id of context.getSequence().evaluate([...ids], { temperature: 0 })) {
    if (endIds.has(id)) break;
    said.push(id);
    if (said.length === count) break;
  }
  await context.dispose();
  return said;
}
