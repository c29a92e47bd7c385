import { sum } from "../../lib/numbers";
import { layOutParameters } from "../adapters/adapter-state";
import type { Adapter } from "../adapters/common/method";
import { pooledSizes } from "../gpu/slot-pool";
import type { Plan } from "../graph/plan";
import { programBytes } from "../graph/program";
import { declareWeights, type ModelSpec } from "../nn/model-spec";
import { type ModelShape, tablePositions } from "../models/loaded-model";
import { declareTables } from "../nn/tables";
import { defined } from "../../lib/invariant";
import type { WeightRef } from "../graph/op";
import type { TensorDtype } from "../weights/tensor-source";
import { matrixRef, shardBytes, type WeightShapes } from "../weights/weight-shapes";
import { optimizerBytes } from "./optimizer-state";
import { READBACK_BYTES, type TrainerOptions } from "./trainer";
import { listPlans, planTraining } from "./plans";

/** GPU memory of a training run by purpose, in bytes. */
export interface TrainingMemory {
  readonly weights: number;
  readonly adapter: number;
  /** Gradients, AdamW moments and step scalars. */
  readonly optimizer: number;
  /** Activations and their gradients, after slot assignment. */
  readonly slots: number;
  /** Input buffers (ids, labels, positions) of all programs. */
  readonly inputs: number;
  readonly uniforms: number;
  readonly readback: number;
  readonly total: number;
  /** Largest storage binding, which device limits also bound. */
  readonly largestBinding: number;
  /** FLOPs of a training pass, by batch length. */
  readonly flopsByLength: ReadonlyMap<number, number>;
}

/** Predicts the memory of a training run from its plans, without allocating. */
export function predictTrainingMemory(
  model: ModelShape,
  adapter: Adapter,
  options: TrainerOptions,
): TrainingMemory {
  const { length } = layOutParameters(adapter);
  const planned = planTraining(model, { adapter, length }, options);
  const plans = listPlans(planned);
  const owned = plans.map(programBytes);
  const parts = {
    weights: model.weights.sizeBytes,
    adapter: 4 * length,
    optimizer: optimizerBytes(adapter, length),
    slots: sum(pooledSizes(plans.map((plan) => plan.slotBytes))),
    inputs: sum(owned.map(({ inputs }) => inputs)),
    uniforms: sum(owned.map(({ uniforms }) => uniforms)),
    readback: READBACK_BYTES,
  };
  return {
    ...parts,
    total: sum(Object.values(parts)),
    largestBinding: Math.max(...plans.map(largestBinding)),
    flopsByLength: new Map(planned.train.map(({ shape, plan }) => [shape.length, plan.flops])),
  };
}

/**
 * Shapes of a model's weights on the GPU, derived from its spec before anything is loaded.
 *
 * @param dtypeOf stored dtype of a tensor (matrices keep it, vectors become f32)
 */
export function declaredWeights(
  spec: ModelSpec,
  dtypeOf: (name: string) => TensorDtype,
  maxBindingBytes: number,
): WeightShapes {
  const matrices = new Map<string, WeightRef>();
  const vectors = new Map<string, number>();
  let sizeBytes = 0;
  for (const { name, shape, layout } of declareWeights(spec)) {
    const [first = 0, second = 0] = shape;
    if (layout === "vector") {
      vectors.set(name, first);
      continue;
    }
    const [rows, columns] = layout === "matrix" ? [first, second] : [second, first];
    const ref = matrixRef(name, rows, columns, dtypeOf(name), maxBindingBytes);
    matrices.set(name, ref);
    sizeBytes += sum(shardBytes(ref, dtypeOf(name)));
  }
  for (const { names, length } of declareTables(spec, tablePositions(spec)))
    for (const name of names) vectors.set(name, length);
  return {
    matrix: (name) => defined(matrices.get(name), `matrix ${name}`),
    vectorLength: (name) => defined(vectors.get(name), `vector ${name}`),
    sizeBytes: sizeBytes + 4 * sum(vectors.values()),
  };
}

function largestBinding({ calls }: Plan): number {
  return calls.reduce(
    (most, { operands }) =>
      operands.reduce(
        (size, operand) => Math.max(size, "sizeBytes" in operand ? operand.sizeBytes : 0),
        most,
      ),
    0,
  );
}
