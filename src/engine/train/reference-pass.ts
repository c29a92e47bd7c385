import { invariant } from "../../lib/invariant";
import type { AdapterState } from "../adapters/adapter-state";
import type { Adapter } from "../adapters/common/method";
import { Ownership } from "../gpu/ownership";
import { retryWithoutBroken } from "../gpu/pipelines";
import { readBytes } from "../gpu/readback";
import { SlotPool } from "../gpu/slot-pool";
import { type BufferResolver, Program } from "../graph/program";
import type { LoadedModel, ModelShape } from "../models/loaded-model";
import { noAdapter } from "../nn/hooks";
import { lossScalars } from "../nn/step-scalars";
import { PAIR_MEASURES } from "../ops/preference-loss";
import { batchInputs, type BatchShape, type PairBatch, type TrainingBatch } from "./batch-inputs";
import { type AdapterShape, planLogProbabilities, type ShapedPlan } from "./plans";
import { findProgram, type ShapedProgram } from "./trainer-programs";

/** Placeholder for an adapter where the base model is the reference. */
const BASE: AdapterShape & { readonly adapter: Adapter } = {
  length: 0,
  adapter: {
    parameters: [],
    promptLength: 0,
    prefixLength: 0,
    hooks: () => noAdapter,
    config: {},
    exportTensors: (parameters) => parameters,
    importTensors: (parameters) => parameters,
  },
};

/** Plans the pass over batches of these shapes, with an adapter or, if null, without. */
export function planReference(
  model: ModelShape,
  state: AdapterShape | null,
  shapes: readonly BatchShape[],
): ShapedPlan[] {
  return shapes.map((shape) => ({ shape, plan: planLogProbabilities(model, state ?? BASE, shape) }));
}

/** Computes the reference log-probabilities of pairs of answers. */
export class ReferencePass {
  readonly #model: LoadedModel;
  readonly #virtual: Adapter;
  readonly #programs: readonly ShapedProgram[];
  readonly #parts: Ownership;

  private constructor(
    model: LoadedModel,
    virtual: Adapter,
    programs: readonly ShapedProgram[],
    parts: Ownership,
  ) {
    this.#model = model;
    this.#virtual = virtual;
    this.#programs = programs;
    this.#parts = parts;
  }

  /** Allocates the pass. With `state` null the base model is the reference. Errors: out of memory. */
  static create(
    model: LoadedModel,
    state: AdapterState | null,
    shapes: readonly BatchShape[],
  ): Promise<ReferencePass> {
    return retryWithoutBroken(model.pipelines, () => ReferencePass.#build(model, state, shapes));
  }

  static #build(
    model: LoadedModel,
    state: AdapterState | null,
    shapes: readonly BatchShape[],
  ): Promise<ReferencePass> {
    const { gpu, pipelines, weights } = model;
    const plans = planReference(model, state, shapes);
    return Ownership.build((parts) =>
      gpu.allocating({ kind: "training" }, async () => {
        const slotBytes = plans.map(({ plan }) => plan.slotBytes);
        const pool = parts.own(new SlotPool(gpu, slotBytes));
        const resolver: BufferResolver = {
          weight: (name, shard) => weights.shardBuffer(name, shard),
          leaf: (value) => {
            if (value.storage === "constant")
              return { buffer: weights.constantBuffer(value.name), offsetBytes: 0 };
            invariant(state, `the base model has no ${value.name}`);
            return state.range(value.name, state.buffer);
          },
        };
        const programs: ShapedProgram[] = [];
        for (const { shape, plan } of plans) {
          const program = parts.own(await Program.create(gpu, pipelines, plan, pool, resolver));
          programs.push({ shape, program });
        }
        return new ReferencePass(model, (state ?? BASE).adapter, programs, parts);
      }),
    );
  }

  /** Log-probability of the supervised tokens of each row; 0 for padding. */
  async logProbabilities(batch: TrainingBatch): Promise<Float32Array<ArrayBuffer>> {
    const { program, shape } = findProgram(this.#programs, batch);
    const pairs: PairBatch = { ...batch, references: new Float32Array(batch.rows) };
    program.run({ ...batchInputs(pairs, shape, this.#virtual, this.#model.spec), step: lossScalars(1) });
    const measures = new Float32Array(await readBytes(this.#model.gpu, program.output("measures")));
    const [chosen, rejected] = [
      PAIR_MEASURES.indexOf("chosenReward"),
      PAIR_MEASURES.indexOf("rejectedReward"),
    ];
    return Float32Array.from({ length: batch.rows }, (_, row) => {
      const measure = row % 2 === 0 ? chosen : rejected;
      return measures[(row >> 1) * PAIR_MEASURES.length + measure] ?? NaN;
    });
  }

  destroy(): void {
    this.#parts.destroy();
  }
}
