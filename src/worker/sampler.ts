import { rowPromptIds, textBeginning, type PromptIds } from "../data/shape/conversation";
import { shapeOf } from "../data/shape/prompt-template";
import type { AdapterState } from "../engine/adapters/adapter-state";
import { Generator } from "../engine/generate/generator";
import { LuthierError } from "../lib/errors";
import { makeRng } from "../lib/rng";
import { defaultGeneration, type GenerationOptions } from "../shared/generation";
import { questionOf, type Row } from "../shared/rows";
import type { RunConfig } from "../shared/training";
import { readRows } from "../storage/datasets";
import { StreamDecoder } from "../tokenizer/stream-decoder";
import { readGeneration } from "./generation-config";
import type { RunSetup } from "./run-setup";
import type { ActiveModel } from "./active";
import type { Emit } from "./serve";

/** Greedy decoding, so that answers change only because the weights did. */
const options: GenerationOptions = { ...defaultGeneration, temperature: 0, maxNewTokens: 64 };

/** Answers a held-out question at regular steps, to show what the model has learned. */
export class Sampler {
  readonly #model: ActiveModel;
  readonly #emit: Emit;
  readonly #row: Row;
  readonly #prompt: PromptIds;
  readonly #every: number;
  #isOver = false;

  private constructor(model: ActiveModel, emit: Emit, row: Row, prompt: PromptIds, every: number) {
    this.#model = model;
    this.#emit = emit;
    this.#row = row;
    this.#prompt = prompt;
    this.#every = every;
  }

  /**
   * Creates a sampler for the first held-out row, or the first training row if none is held out; null if sampling is
   * off.
   */
  static async create(
    { model, emit }: { readonly model: ActiveModel; readonly emit: Emit },
    { data }: RunSetup,
    config: RunConfig,
  ): Promise<Sampler | null> {
    const { sampleEvery } = config.training;
    if (sampleEvery === 0) return null;
    const [row] = await readRows(config.validationDatasetId ?? config.datasetId, data.sampleRow, 1);
    if (!row) return null;
    const { templateId, tokenizer } = shapeOf(config, model.tokenizer);
    const prompt = rowPromptIds(row, templateId, tokenizer);
    return new Sampler(model, emit, row, prompt, sampleEvery);
  }

  isDue(step: number): boolean {
    return !this.#isOver && step % this.#every === 0;
  }

  /**
   * Answers with the current adapter; no step may be in flight. Stops sampling if there is no memory for the KV cache.
   */
  async sample(step: number, state: AdapterState, signal: AbortSignal): Promise<void> {
    const { engine } = this.#model;
    try {
      const front = state.adapter.promptLength + state.adapter.prefixLength;
      const wanted = front + this.#prompt.ids.length + options.maxNewTokens;
      const generator = await Generator.create(engine, state, Math.min(wanted, engine.maxPositions));
      try {
        const answer = await this.#answer(generator, signal);
        this.#emit("sample", { step, ...promptOf(this.#row), answer });
      } finally {
        generator.destroy();
      }
    } catch (error) {
      if (!(error instanceof LuthierError) || error.code === "device-lost") throw error;
      this.#isOver = true;
      this.#emit("log", {
        time: Date.now(),
        line: { kind: "samples-ended", problem: error.problem },
      });
    }
  }

  async #answer(generator: Generator, signal: AbortSignal): Promise<string> {
    const { ids, endIds, answerLead } = this.#prompt;
    const { generationConfig, config } = this.#model.folder;
    const { rules } = readGeneration(generationConfig, config);
    const decoder = new StreamDecoder(this.#model.tokenizer, answerLead);
    let text = "";
    for await (const id of generator.generate(
      ids,
      { ...options, rules },
      endIds,
      makeRng(options.seed),
      signal,
    )) {
      text += decoder.push(id);
    }
    return text + decoder.flush();
  }
}

/** Maximum number of reference characters shown beside an answer. */
const MAX_SHOWN_CHARS = 400;

function promptOf(row: Row): { question: string; expected: string } {
  if (row.kind === "text") {
    const question = textBeginning(row.text);
    return { question, expected: row.text.slice(question.length).slice(0, MAX_SHOWN_CHARS) };
  }
  const { text = "", input = "", answer = "" } = questionOf(row) ?? {};
  return { question: [text, input].filter((part) => part !== "").join("\n"), expected: answer };
}
