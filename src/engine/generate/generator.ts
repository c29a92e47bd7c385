import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { FinishReason } from "../../shared/generation";
import type { AdapterState } from "../adapters/adapter-state";
import type { Random } from "../adapters/common/method";
import { Ownership } from "../gpu/ownership";
import { ReadbackRing } from "../gpu/readback";
import { retryWithoutBroken } from "../gpu/pipelines";
import type { Program, ProgramInputs } from "../graph/program";
import type { ModelSpec } from "../nn/model-spec";
import type { LoadedModel } from "../models/loaded-model";
import { createPrograms, type GeneratorPrograms } from "./generator-programs";
import { encodeInputs, passInputs } from "./pass-inputs";
import { planGenerator, PREFILL_TOKENS } from "./plans";
import { type AnswerOptions, sampleToken } from "./sampling";

/**
 * Autoregressive generation with a KV cache, for the base model or an adapter. Programs are built once per cache size
 * and reused until {@link Generator.destroy}.
 */
export class Generator {
  /** Cache capacity in positions: virtual tokens, prompt and answer. */
  readonly capacity: number;
  readonly #spec: ModelSpec;
  readonly #state: AdapterState | null;
  readonly #programs: GeneratorPrograms;
  readonly #parts: Ownership;
  readonly #logits: ReadbackRing;
  /** Encoded tokens, virtual ones included. */
  #encoded = 0;

  private constructor(
    model: LoadedModel,
    state: AdapterState | null,
    capacity: number,
    programs: GeneratorPrograms,
    ownership: Ownership,
  ) {
    this.capacity = capacity;
    this.#spec = model.spec;
    this.#state = state;
    this.#programs = programs;
    this.#parts = ownership;
    this.#logits = ownership.own(new ReadbackRing(model.gpu, model.spec.vocabularySize * 4, 1));
  }

  /**
   * Plans, allocates and compiles for sequences of up to `capacity` tokens. A null `state` is the base model. Errors:
   * out of memory; partial allocations are freed.
   */
  static create(model: LoadedModel, state: AdapterState | null, capacity: number): Promise<Generator> {
    return retryWithoutBroken(model.pipelines, () => Generator.#build(model, state, capacity));
  }

  static async #build(model: LoadedModel, state: AdapterState | null, capacity: number): Promise<Generator> {
    const { gpu } = model;
    const plans = planGenerator(model, state, capacity);
    return Ownership.build((ownership) =>
      gpu.allocating({ kind: "answer-cache" }, async () => {
        const programs = await createPrograms(model, state, plans, capacity, ownership);
        return new Generator(model, state, capacity, programs, ownership);
      }),
    );
  }

  /**
   * Yields token ids until an end token (not yielded), the length limit or an abort; returns the finish reason. Errors:
   * the prompt leaves no room for an answer.
   */
  async *generate(
    prompt: readonly number[],
    options: AnswerOptions,
    endIds: ReadonlySet<number>,
    random: Random,
    signal?: AbortSignal,
  ): AsyncGenerator<number, FinishReason> {
    const budget = Math.min(options.maxNewTokens, this.#roomFor(prompt));
    const { encoder } = this.#spec;
    const front = this.#decoderOffset;
    const ids = encoder ? [encoder.startId] : [...prompt];
    const start = { ids, before: ids.length, prompt, endIds };
    let logits = await this.logitsAfter(prompt);
    for (let made = 0; made < budget; made++) {
      if (signal?.aborted) return "stopped";
      const state = { ...start, isLast: made + 1 === budget };
      const id = sampleToken(logits, state, options, () => random.uniform());
      if (endIds.has(id)) return "end-token";
      ids.push(id);
      yield id;
      if (made + 1 < budget) logits = await this.#decode(id, front + ids.length - 1);
    }
    return "length";
  }

  /** Next-token logits (vocabulary) after `prompt`; with an encoder, logits of the answer's first token. */
  async logitsAfter(prompt: readonly number[]): Promise<Float32Array> {
    const front = this.#decoderOffset;
    // The adapter may have been trained since the last answer.
    this.#programs.prologue?.run({});
    this.#programs.front?.run(this.#inputs(new Array<number>(front).fill(0), 0, front));
    const { encoder } = this.#spec;
    if (!encoder) return this.#prefill(prompt, front);
    this.#encode(prompt);
    return this.#decode(encoder.startId, front);
  }

  destroy(): void {
    this.#parts.destroy();
  }

  /** Virtual tokens before the encoder's input. */
  get #encoderOffset(): number {
    return this.#spec.encoder ? (this.#state?.adapter.promptLength ?? 0) : 0;
  }

  /** Virtual tokens and prefix before the decoder's input. */
  get #decoderOffset(): number {
    const { promptLength = 0, prefixLength = 0 } = this.#state?.adapter ?? {};
    return promptLength + prefixLength - this.#encoderOffset;
  }

  /** Maximum answer length for `prompt`. Errors: an empty prompt, or no room left. */
  #roomFor(prompt: readonly number[]): number {
    const { length } = prompt;
    const places = this.capacity - this.#decoderOffset;
    // With an encoder, the decoder's cache holds only the answer and its start token.
    const room = this.#spec.encoder ? places - 1 : places - length;
    const promptRoom = this.#spec.encoder ? this.capacity - this.#encoderOffset : places;
    if (length === 0 || length > promptRoom || room < 1) throw noRoom(length, promptRoom);
    return room;
  }

  #encode(prompt: readonly number[]): void {
    const { program, length } = defined(
      this.#programs.encode.find((encoder) => encoder.length >= prompt.length),
      "a program for the prompt's length",
    );
    program.run(encodeInputs(prompt, length, this.#encoderOffset));
    this.#encoded = this.#encoderOffset + prompt.length;
  }

  async #prefill(prompt: readonly number[], front: number): Promise<Float32Array> {
    const prefill = defined(this.#programs.prefill, "a program for prompts");
    for (let start = 0; start < prompt.length; start += PREFILL_TOKENS) {
      const piece = prompt.slice(start, start + PREFILL_TOKENS);
      prefill.run(this.#inputs(piece, front + start, PREFILL_TOKENS));
    }
    return this.#readLogits(prefill);
  }

  async #decode(id: number, position: number): Promise<Float32Array> {
    this.#programs.decode.run(this.#inputs([id], position, 1));
    return this.#readLogits(this.#programs.decode);
  }

  /** Inputs of a pass of `size` tokens over `ids`, the first of which is at position `start`. */
  #inputs(ids: readonly number[], start: number, size: number): ProgramInputs {
    const encoded = this.#encoded;
    const tokens = ids.map((id, index) => ({ id, place: start + index, base: 0, encoded }));
    return passInputs(this.#spec, tokens, size, Uint32Array.of(Math.max(0, ids.length - 1)));
  }

  async #readLogits(program: Program): Promise<Float32Array> {
    return new Float32Array(await this.#logits.read(program.output("logits")));
  }
}

function noRoom(tokens: number, maxTokens: number): LuthierError {
  if (tokens === 0) return new LuthierError({ code: "config/empty-prompt" });
  return new LuthierError({ code: "config/conversation-too-long", tokens, maxTokens });
}
