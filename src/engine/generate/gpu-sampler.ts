import { defined } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import type { Ownership } from "../gpu/ownership";
import { ReadbackRing } from "../gpu/readback";
import { SlotPool } from "../gpu/slot-pool";
import { STORAGE } from "../gpu/usage";
import { Graph } from "../graph/graph";
import type { Op } from "../graph/op";
import { type Plan, tooLargeOperand } from "../graph/plan";
import { type BufferRange, Program } from "../graph/program";
import { f32, u32 } from "../graph/value";
import type { LoadedModel } from "../models/loaded-model";
import { CONTROL_WORDS, drawToken, packControls, takeLargest } from "../ops/draw-token";
import { makePlan } from "../transform/make-plan";
import type { AnswerOptions } from "./sampling";

/** Most tokens per read-back. */
export const MAX_BURST = 8;

/** Most ids that the rules may ban. */
const MAX_BANS = 4096;

/** A drawn token. */
export interface DrawnToken {
  readonly id: number;
  /** False if f32 cannot tell the token from its neighbour; the host then draws again. */
  readonly isCertain: boolean;
}

/**
 * Plans the draw of one token from the logits of a pass; `positions` bounds the history. Null if one of the kernels does
 * not compile, or a buffer does not fit a binding.
 */
function planDraw(
  { gpu, spec, tuning }: LoadedModel,
  op: Op<Readonly<Record<never, never>>>,
  positions: number,
): Plan | null {
  const graph = new Graph();
  const vocabulary = spec.vocabularySize;
  const inputs = [
    graph.state("logits", f32(1, vocabulary)),
    graph.input("controls", u32(CONTROL_WORDS)),
    graph.state("history", u32(positions + 1)),
    graph.state("bans", u32(MAX_BANS)),
    graph.state("stamps", u32(vocabulary)),
    graph.state("drawn", u32(MAX_BURST, 2)),
  ];
  graph.applyAll(op, inputs, {});
  const plan = makePlan(graph, {}, tuning);
  const isBroken = plan.calls.some(({ call }) => tuning.isBroken?.(call.kernel));
  return isBroken || tooLargeOperand(plan, gpu.info.maxBindingBytes) ? null : plan;
}

/** Draws tokens on the GPU from the logits of a decode program, so that the next pass can start without the host. */
export class GpuSampler {
  readonly #gpu: Gpu;
  readonly #greedy: Program | null;
  readonly #draw: Program | null;
  readonly #history: GPUBuffer;
  readonly #bans: GPUBuffer;
  readonly #drawn: GPUBuffer;
  readonly #results: ReadbackRing;
  /** Ids known to be in the GPU's history. */
  #known: readonly number[] = [];
  #bannedIds = "";
  #stamp = 0;

  private constructor(
    gpu: Gpu,
    programs: { readonly greedy: Program | null; readonly draw: Program | null },
    buffers: { readonly history: GPUBuffer; readonly bans: GPUBuffer; readonly drawn: GPUBuffer },
    results: ReadbackRing,
  ) {
    this.#gpu = gpu;
    this.#greedy = programs.greedy;
    this.#draw = programs.draw;
    this.#history = buffers.history;
    this.#bans = buffers.bans;
    this.#drawn = buffers.drawn;
    this.#results = results;
  }

  /**
   * Builds the programs for histories of up to `positions` ids; `ownership` frees them.
   * @param draws whether to draw at temperatures above 0, too
   */
  static async create(
    model: LoadedModel,
    logits: BufferRange,
    positions: number,
    draws: boolean,
    ownership: Ownership,
  ): Promise<GpuSampler> {
    const { gpu, pipelines, spec } = model;
    const plans = {
      greedy: planDraw(model, takeLargest, positions),
      draw: draws ? planDraw(model, drawToken, positions) : null,
    };
    const pool = ownership.own(
      new SlotPool(gpu, [plans.greedy?.slotBytes ?? [], plans.draw?.slotBytes ?? []]),
    );
    const create = (name: string, words: number): GPUBuffer => {
      const buffer = gpu.createBuffer(`sampling.${name}`, 4 * words, STORAGE);
      ownership.own({ destroy: () => gpu.destroyBuffer(buffer) });
      return buffer;
    };
    const buffers = {
      history: create("history", positions + 1),
      bans: create("bans", MAX_BANS),
      stamps: create("stamps", spec.vocabularySize),
      drawn: create("drawn", 2 * MAX_BURST),
    };
    const states: Readonly<Record<string, GPUBuffer>> = buffers;
    const build = async (plan: Plan | null): Promise<Program | null> =>
      plan &&
      ownership.own(
        await Program.create(gpu, pipelines, plan, pool, {
          weight: () => {
            throw new Error("invariant: sampling reads no weights");
          },
          leaf: ({ name }) => {
            const buffer = states[name];
            return buffer ? { buffer, offsetBytes: 0 } : logits;
          },
        }),
      );
    const programs = { greedy: await build(plans.greedy), draw: await build(plans.draw) };
    const results = ownership.own(new ReadbackRing(gpu, 8 * MAX_BURST, 1));
    return new GpuSampler(gpu, programs, buffers, results);
  }

  /** Whether it draws such answers' tokens, the first ones excepted. */
  draws(options: AnswerOptions, endIds: ReadonlySet<number>): boolean {
    return this.#programOf(options) !== null && hasOnlySimpleRules(options, endIds);
  }

  /** Where the id drawn at `step` of the burst lies. */
  drawnId(step: number): BufferRange {
    return { buffer: this.#drawn, offsetBytes: 8 * step };
  }

  /**
   * Submits the draw of the token after `ids`, of which the last `step` are still to be drawn by earlier steps of the
   * burst (and may be anything).
   *
   * @param banned from {@link bannedIds}
   */
  submit(
    step: number,
    ids: readonly number[],
    banned: readonly number[],
    options: AnswerOptions,
    uniform: number,
  ): void {
    if (step === 0) this.#writeHistory(ids);
    this.#writeBans(banned);
    const controls = packControls({
      ...options,
      step,
      length: ids.length + step,
      stamp: ++this.#stamp,
      bans: banned.length,
      uniform,
    });
    defined(this.#programOf(options), "a program that draws").run({ controls });
  }

  /** Waits for the first `count` draws of the burst. */
  async read(count: number): Promise<DrawnToken[]> {
    const range = { ...this.drawnId(0), sizeBytes: 8 * count };
    const words = new Uint32Array(await this.#results.read(range));
    return Array.from({ length: count }, (_, step) => ({
      id: words[2 * step] ?? 0,
      isCertain: words[2 * step + 1] === 1,
    }));
  }

  #programOf({ temperature }: AnswerOptions): Program | null {
    return temperature === 0 ? this.#greedy : this.#draw;
  }

  /** Writes the ids that differ from what the GPU has. */
  #writeHistory(ids: readonly number[]): void {
    let same = 0;
    while (same < ids.length && this.#known[same] === ids[same]) same++;
    if (same < ids.length)
      this.#gpu.device.queue.writeBuffer(this.#history, 4 * same, Uint32Array.from(ids.slice(same)));
    this.#known = [...ids];
  }

  #writeBans(ids: readonly number[]): void {
    const key = ids.join();
    if (key !== this.#bannedIds) this.#gpu.device.queue.writeBuffer(this.#bans, 0, Uint32Array.from(ids));
    this.#bannedIds = key;
  }
}

/**
 * Whether the GPU applies all rules of an answer after its first token. The host's sampler, which is the reference,
 * does what is left: biases and bans of sequences, penalties by the encoder's input, growing end scores, and what is
 * suppressed after a forced token.
 */
function hasOnlySimpleRules({ rules }: AnswerOptions, endIds: ReadonlySet<number>): boolean {
  if (!rules) return true;
  const { sequenceBias = [], badWords = [], suppressed = [] } = rules;
  return (
    sequenceBias.length === 0 &&
    badWords.every((word) => word.length === 1) &&
    rules.encoderRepetitionPenalty === undefined &&
    rules.encoderNoRepeatNgramSize === undefined &&
    rules.endDecay === undefined &&
    (rules.forcedFirst === undefined || rules.suppressedFirst === undefined) &&
    badWords.length + suppressed.length + endIds.size <= MAX_BANS
  );
}
