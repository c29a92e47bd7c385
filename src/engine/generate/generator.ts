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
import { createPrograms, type GeneratorPrograms, type PrefillProgram } from "./generator-programs";
import { encodeInputs, passInputs } from "./pass-inputs";
import { planGenerator, prefillPieces } from "./plans";
import { bannedIds } from "./answer-rules";
import { GpuSampler, MAX_BURST } from "./gpu-sampler";
import { type AnswerOptions, sampleToken } from "./sampling";

/** A burst shorter than this may be followed by one of twice as many tokens, one longer by half as many. */
const SHORT_BURST_MS = 50;
const LONG_BURST_MS = 200;

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
  readonly #sampler: GpuSampler;
  /** Tokens of the next burst, kept from answer to answer. */
  #burst = 1;
  /** Pieces of the base model's last prompt, whose keys and values are in the cache. */
  #kept: readonly { readonly size: number; readonly ids: readonly number[] }[] = [];
  /** Encoded tokens, virtual ones included. */
  #encoded = 0;

  private constructor(
    model: LoadedModel,
    state: AdapterState | null,
    capacity: number,
    programs: GeneratorPrograms,
    sampler: GpuSampler,
    ownership: Ownership,
  ) {
    this.capacity = capacity;
    this.#spec = model.spec;
    this.#state = state;
    this.#programs = programs;
    this.#sampler = sampler;
    this.#parts = ownership;
    this.#logits = ownership.own(new ReadbackRing(model.gpu, model.spec.vocabularySize * 4, 1));
  }

  /**
   * Plans, allocates and compiles for sequences of up to `capacity` tokens. A null `state` is the base model. Errors:
   * out of memory; partial allocations are freed.
   *
   * @param drawsOnGpu whether to draw on the GPU at temperatures above 0; on a software GPU, the host is faster
   */
  static create(
    model: LoadedModel,
    state: AdapterState | null,
    capacity: number,
    drawsOnGpu = !model.gpu.info.software,
  ): Promise<Generator> {
    return retryWithoutBroken(model.pipelines, () => Generator.#build(model, state, capacity, drawsOnGpu));
  }

  static async #build(
    model: LoadedModel,
    state: AdapterState | null,
    capacity: number,
    drawsOnGpu: boolean,
  ): Promise<Generator> {
    const { gpu } = model;
    const plans = planGenerator(model, state, capacity);
    return Ownership.build((ownership) =>
      gpu.allocating({ kind: "answer-cache" }, async () => {
        const programs = await createPrograms(model, state, plans, capacity, ownership);
        const logits = programs.decode.output("logits");
        const sampler = await GpuSampler.create(model, logits, capacity, drawsOnGpu, ownership);
        return new Generator(model, state, capacity, programs, sampler, ownership);
      }),
    );
  }

  /**
   * Yields token ids until an end token (not yielded), the length limit or an abort; returns the finish reason. The
   * first token is drawn on the host, the others on the GPU where {@link GpuSampler.draws} allows it, several per
   * read-back. The results are the same: draws that the GPU cannot be certain of are repeated on the host. Errors: the
   * prompt leaves no room for an answer.
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
    const ids = encoder ? [encoder.startId] : [...prompt];
    const uniforms: number[] = [];
    // The draw of each token has its own number, whoever draws it.
    const uniformOf = (made: number): number => {
      while (uniforms.length <= made) uniforms.push(random.uniform());
      return uniforms[made] ?? 0;
    };
    const answer = { prompt, ids, before: ids.length, budget, options, endIds, uniformOf };
    const isOnGpu = this.#sampler.draws(options, endIds);
    let isUncertain = true;
    while (ids.length - answer.before < budget) {
      if (signal?.aborted) return "stopped";
      const made = ids.length - answer.before;
      const isForced = made + 1 === budget && options.rules?.forcedLast !== undefined;
      const drawn: readonly number[] =
        isUncertain || isForced || !isOnGpu ? [await this.#drawHere(answer)] : await this.#drawThere(answer);
      isUncertain = drawn.length === 0;
      for (const id of drawn) {
        if (signal?.aborted && ids.length > answer.before + made) return "stopped";
        if (endIds.has(id)) return "end-token";
        ids.push(id);
        yield id;
      }
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
    const programs = this.#programs.prefill;
    const pieces = prefillPieces(
      prompt.length,
      programs.map(({ size }) => size),
    ).map((piece) => ({ ...piece, ids: prompt.slice(piece.start, piece.start + piece.count) }));
    const last = defined(pieces.at(-1), "a piece");
    let isKept = true;
    for (const [index, { start, size, ids }] of pieces.entries()) {
      // What the base model computed for the same pieces of the last prompt is still in the cache.
      const kept = this.#kept[index];
      isKept = isKept && kept?.size === size && kept.ids.join() === ids.join();
      if (isKept && index < pieces.length - 1) continue;
      const pass = this.#prefillOf(size);
      const program = index < pieces.length - 1 ? defined(pass.before, "a pass before the last") : pass.last;
      program.run(this.#inputs(ids, front + start, size));
    }
    this.#kept = this.#state ? [] : pieces;
    return this.#readLogits(this.#prefillOf(last.size).last);
  }

  #prefillOf(size: number): PrefillProgram {
    return defined(
      this.#programs.prefill.find((program) => program.size === size),
      "a program for prompts",
    );
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

  /** Computes the logits of the next token and draws it on the host. */
  async #drawHere({ prompt, ids, before, budget, options, endIds, uniformOf }: Answer): Promise<number> {
    const made = ids.length - before;
    const logits =
      made === 0
        ? await this.logitsAfter(prompt)
        : await this.#decode(ids.at(-1) ?? 0, this.#decoderOffset + ids.length - 1);
    const state = { ids, before, prompt, endIds, isLast: made + 1 === budget };
    return sampleToken(logits, state, options, () => uniformOf(made));
  }

  /** Decodes and draws a burst of tokens on the GPU; returns those before the first uncertain one. */
  async #drawThere({ ids, before, budget, options, endIds, uniformOf }: Answer): Promise<number[]> {
    const made = ids.length - before;
    // A forced last token is left to the host.
    const room = budget - made - (options.rules?.forcedLast ? 1 : 0);
    const count = Math.min(this.#burst, room);
    const started = performance.now();
    for (let step = 0; step < count; step++) {
      const position = this.#decoderOffset + ids.length - 1 + step;
      const last = step === 0 ? (ids.at(-1) ?? 0) : 0;
      const given = step === 0 ? {} : { input_ids: this.#sampler.drawnId(step - 1) };
      this.#programs.decode.run(this.#inputs([last], position, 1), given);
      const banned = bannedIds(options.rules, endIds, made + step, ids.length + step);
      const uniform = options.temperature === 0 ? 0 : uniformOf(made + step);
      this.#sampler.submit(step, ids, banned, options, uniform);
    }
    const drawn = await this.#sampler.read(count);
    const elapsed = performance.now() - started;
    if (elapsed < SHORT_BURST_MS) this.#burst = Math.min(MAX_BURST, 2 * count);
    else if (elapsed > LONG_BURST_MS) this.#burst = Math.max(1, count >> 1);
    const certain = drawn.findIndex(({ isCertain }) => !isCertain);
    return drawn.slice(0, certain < 0 ? count : certain).map(({ id }) => id);
  }

  async #readLogits(program: Program): Promise<Float32Array> {
    return new Float32Array(await this.#logits.read(program.output("logits")));
  }
}

/** An answer in progress. */
interface Answer {
  readonly prompt: readonly number[];
  /** Ids so far; see `AnswerState`. */
  readonly ids: readonly number[];
  readonly before: number;
  readonly budget: number;
  readonly options: AnswerOptions;
  readonly endIds: ReadonlySet<number>;
  /** The uniform number for the answer's n-th token. */
  uniformOf(made: number): number;
}

function noRoom(tokens: number, maxTokens: number): LuthierError {
  if (tokens === 0) return new LuthierError({ code: "config/empty-prompt" });
  return new LuthierError({ code: "config/conversation-too-long", tokens, maxTokens });
}
