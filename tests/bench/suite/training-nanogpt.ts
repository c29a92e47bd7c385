import { loadNanogpt, type TeachableLLM } from "./load-rivals.js";
import { median } from "./measure";
import { LORA, SIZE, STEP_TOKENS } from "./model";

/** Timed steps after one warm-up. Fewer than ours, since each takes most of a minute on a software GPU. */
const RUNS = 5;

/** The rival's training speed. */
export interface RivalTraining {
  readonly tokensPerSecond: number;
  readonly parameters: number;
}

/** Trains the rival's model. @throws Error if it cannot run. */
export type TrainRival = () => Promise<RivalTraining>;

/**
 * LoRA training of the same size in @genai-fi/nanogpt, through its public training API: same layers, width, heads,
 * vocabulary, batch, rank and target, and its loss read back each step like ours.
 */
export async function trainNanogpt(): Promise<RivalTraining> {
  const { TeachableLLM, tokenise } = await loadNanogpt();
  await TeachableLLM.selectBackend("webgpu");
  const alphabet = Array.from({ length: SIZE.vocabulary - 3 }, (_, index) =>
    String.fromCodePoint(256 + index),
  );
  const tokeniser = new tokenise.CharTokeniser(["<pad>", "<eos>", "<unk>", ...alphabet]);
  const model = TeachableLLM.create(tokeniser, {
    modelType: "GenAI_NanoGPT_v1",
    vocabSize: SIZE.vocabulary,
    blockSize: SIZE.length,
    nLayer: SIZE.layers,
    nHead: SIZE.heads,
    nEmbed: SIZE.width,
    mlpFactor: 4,
    useRope: true,
  });
  await new Promise<void>((resolve, reject) => {
    model.on("error", reject);
    model.on("status", (status) => status === "ready" && resolve());
  });
  const stepMs = await timeSteps(model);
  return { tokensPerSecond: (1000 * STEP_TOKENS) / median(stepMs), parameters: model.getNumParams() };
}

/** Milliseconds between the steps it reports, excluding the first. */
async function timeSteps(model: TeachableLLM): Promise<number[]> {
  const ends: number[] = [];
  let failure: Error | null = null;
  const done = new Promise<void>((resolve, reject) => {
    model.training.on("progress", ({ id, history }) => {
      const loss = history?.at(-1)?.trainingMetrics.loss ?? NaN;
      if (!Number.isFinite(loss)) failure = new Error(`nanogpt's loss is ${loss}`);
      if (ends.push(performance.now()) === RUNS + 1) model.training.cancel(id);
    });
    model.training.on("cancelled", () => resolve());
    model.training.on("error", (_, error) => reject(error));
  });
  const tokens = Uint16Array.from(
    { length: 64 * STEP_TOKENS },
    (_, i) => 3 + ((i * i + 7 * i) % (SIZE.vocabulary - 3)),
  );
  await model.training.job(
    {
      method: { type: "supervised", supervised: "lora" },
      loraConfig: { rank: LORA.r, alpha: LORA.alpha, variables: ["block_*_cAttn"] },
      batchSize: SIZE.rows,
      // Milliseconds: every step is reported, with its loss.
      logInterval: 1,
      maxEpochs: 1,
      learningRate: 1e-3,
    },
    [tokens],
    [{ id: "random", name: "random", conversational: false }],
  );
  await done;
  if (failure) throw failure;
  return ends.slice(1).map((end, index) => end - ends[index]!);
}
