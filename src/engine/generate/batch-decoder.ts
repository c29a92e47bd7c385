import { LuthierError } from "../../lib/errors";
import { defined, invariant } from "../../lib/invariant";
import type { AdapterState } from "../adapters/adapter-state";
import { Ownership } from "../gpu/ownership";
import { retryWithoutBroken } from "../gpu/pipelines";
import { ReadbackRing } from "../gpu/readback";
import type { LoadedModel } from "../models/loaded-model";
import type { ModelSpec } from "../nn/model-spec";
import { createPrograms, type GeneratorPrograms } from "./generator-programs";
import { encodeInputs, passInputs, type PassToken } from "./pass-inputs";
import { BATCH_TOKENS, type BatchLanes, cacheElements, cacheNames, planBatch } from "./plans";

/** Maximum GPU memory of the lanes' caches. */
const MAX_CACHE_BYTES = 512 * 2 ** 20;

/** A sequence being decoded. */
export interface Lane {
  /** First cache slot. */
  readonly base: number;
  /** The decoder's tokens: prompt and answer, or with an encoder the start token and the answer. */
  readonly ids: number[];
  /** Number of these in the cache. */
  fed: number;
  /** Encoded tokens, virtual ones included. */
  readonly encoded: number;
}

/** Logits (vocabulary) after token `ids[at]` of a lane. */
export interface LaneLogits<L extends Lane = Lane> {
  readonly lane: L;
  readonly at: number;
  readonly logits: Float32Array;
}

/**
 * Decodes up to {@link BATCH_TOKENS} sequences together, for the base model or an adapter. The lanes' caches are
 * contiguous, and a pass takes any tokens of any lanes: the next one of an answer, or a piece of a prompt. So prompts
 * need no padding, and a finished lane is reused at once.
 */
export class BatchDecoder {
  readonly lanes: number;
  /** Positions per lane: virtual tokens, prompt and answer. */
  readonly laneCapacity: number;
  readonly #spec: ModelSpec;
  readonly #state: AdapterState | null;
  readonly #programs: GeneratorPrograms;
  readonly #parts: Ownership;
  readonly #logits: ReadbackRing;

  private constructor(
    model: LoadedModel,
    state: AdapterState | null,
    { lanes, laneCapacity }: BatchLanes,
    programs: GeneratorPrograms,
    ownership: Ownership,
  ) {
    this.lanes = lanes;
    this.laneCapacity = laneCapacity;
    this.#spec = model.spec;
    this.#state = state;
    this.#programs = programs;
    this.#parts = ownership;
    const bytes = BATCH_TOKENS * model.spec.vocabularySize * 4;
    this.#logits = ownership.own(new ReadbackRing(model.gpu, bytes, 1));
  }

  /**
   * Plans, allocates and compiles for sequences of up to `tokens` tokens, not counting virtual ones, with as many lanes
   * as memory allows. A null `state` is the base model. Errors: out of memory; partial allocations are freed.
   */
  static create(model: LoadedModel, state: AdapterState | null, tokens: number): Promise<BatchDecoder> {
    const { promptLength = 0, prefixLength = 0 } = state?.adapter ?? {};
    const laneCapacity = Math.min(tokens + promptLength + prefixLength, model.maxPositions);
    const shape = { laneCapacity, lanes: chooseLanes(model, state, laneCapacity) };
    return retryWithoutBroken(model.pipelines, () => BatchDecoder.#build(model, state, shape));
  }

  static async #build(
    model: LoadedModel,
    state: AdapterState | null,
    shape: BatchLanes,
  ): Promise<BatchDecoder> {
    const { gpu } = model;
    const plans = planBatch(model, state, shape);
    return Ownership.build((ownership) =>
      gpu.allocating({ kind: "answer-cache" }, async () => {
        const capacity = shape.lanes * shape.laneCapacity;
        const programs = await createPrograms(model, state, plans, capacity, ownership);
        return new BatchDecoder(model, state, shape, programs, ownership);
      }),
    );
  }

  get vocabularySize(): number {
    return this.#spec.vocabularySize;
  }

  get hasEncoder(): boolean {
    return this.#spec.encoder !== undefined;
  }

  /** Computes what all sequences share. Call it before the first one, and again after the adapter has changed. */
  begin(): void {
    this.#programs.prologue?.run({});
    const { front } = this.#programs;
    if (!front) return;
    const count = this.#decoderOffset;
    for (let lane = 0; lane < this.lanes; lane++) {
      const base = lane * this.laneCapacity;
      const tokens = Array.from({ length: count }, (_, place) => ({ id: 0, place, base, encoded: 0 }));
      front.run(passInputs(this.#spec, tokens, count, Uint32Array.of(0)));
    }
  }

  /** Longest answer after a prompt of so many tokens; negative if the prompt itself does not fit. */
  roomFor(promptTokens: number): number {
    const places = this.laneCapacity - this.#decoderOffset;
    if (!this.#spec.encoder) return places - promptTokens;
    return promptTokens > this.laneCapacity - this.#encoderOffset ? -1 : places - 1;
  }

  /**
   * Assigns a prompt to a lane, replacing its sequence. With an encoder, encodes it now.
   * @param lane number of the lane
   * @throws LuthierError("config") when the prompt is empty or longer than a lane
   */
  open(lane: number, prompt: readonly number[]): Lane {
    invariant(lane < this.lanes, "there is such a lane");
    const { length } = prompt;
    if (length === 0) throw new LuthierError({ code: "config/empty-prompt" });
    const room = this.roomFor(length);
    if (room < 0) {
      throw new LuthierError({
        code: "config/conversation-too-long",
        tokens: length,
        maxTokens: this.laneCapacity - this.#decoderOffset,
      });
    }
    const base = lane * this.laneCapacity;
    const { encoder } = this.#spec;
    if (!encoder) return { base, ids: [...prompt], fed: 0, encoded: 0 };
    const { program, length: size } = defined(
      this.#programs.encode.find((known) => known.length >= length),
      "a program for the prompt's length",
    );
    program.run(encodeInputs(prompt, size, this.#encoderOffset, base));
    return { base, ids: [encoder.startId], fed: 0, encoded: this.#encoderOffset + length };
  }

  /**
   * Runs one pass over the next tokens of the lanes: one of each lane first, then more where there is room.
   * @param wants whether the logits after `ids[at]` of a lane are needed
   */
  async step<L extends Lane>(
    lanes: readonly L[],
    wants: (lane: L, at: number) => boolean,
  ): Promise<LaneLogits<L>[]> {
    const tokens: PassToken[] = [];
    const wanted: { readonly lane: L; readonly at: number }[] = [];
    const rows = new Uint32Array(BATCH_TOKENS);
    const pending = (lane: L): number => lane.ids.length - lane.fed;
    for (const lane of [...lanes].sort((a, b) => Math.min(pending(a), 2) - Math.min(pending(b), 2))) {
      const { base, encoded, ids } = lane;
      for (; lane.fed < ids.length && tokens.length < BATCH_TOKENS; lane.fed++) {
        const at = lane.fed;
        const place = this.#decoderOffset + at;
        invariant(place < this.laneCapacity, "a sequence fits its lane");
        if (wants(lane, at)) rows[wanted.push({ lane, at }) - 1] = tokens.length;
        tokens.push({ id: ids[at] ?? 0, place, base, encoded });
      }
    }
    const { decode } = this.#programs;
    decode.run(passInputs(this.#spec, tokens, BATCH_TOKENS, rows));
    const width = this.vocabularySize;
    const logits = await this.#read(wanted.length);
    return wanted.map(({ lane, at }, row) => ({
      lane,
      at,
      logits: logits.subarray(row * width, (row + 1) * width),
    }));
  }

  destroy(): void {
    this.#parts.destroy();
  }

  /** Reads the logits of the first `rows` tokens, at least one: otherwise nothing would limit the passes in flight. */
  async #read(rows: number): Promise<Float32Array> {
    const sizeBytes = Math.max(1, rows) * this.vocabularySize * 4;
    return new Float32Array(
      await this.#logits.read({ ...this.#programs.decode.output("logits"), sizeBytes }),
    );
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
}

/** One lane per token of a pass, or fewer if their caches would take too much memory. */
function chooseLanes({ gpu, spec }: LoadedModel, state: AdapterState | null, laneCapacity: number): number {
  const bytes = cacheElements(spec, laneCapacity) * 4;
  const caches = cacheNames(spec, state?.adapter.hasFirstPass === true).length;
  const most = Math.min(gpu.info.maxBindingBytes / bytes, MAX_CACHE_BYTES / (bytes * caches));
  return Math.max(1, Math.min(BATCH_TOKENS, Math.floor(most)));
}
