import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { expertValues } from "../../src/engine/adapters/composed/experts";
import { adapterFromFolder } from "../../src/engine/adapters/from-folder";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import { type StorageKind, storageKinds } from "../../src/engine/graph/op";
import { blockKinds } from "../../src/engine/kernels/storage";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { mergedGpuBytes, mergeOnGpu } from "../../src/engine/adapters/merged-model";
import { countLabels } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { peftFiles } from "../../src/export/peft";
import { bytesSource } from "../../src/formats/byte-source";
import { readPeftFolder } from "../../src/formats/peft-folder";
import { LuthierError } from "../../src/lib/errors";
import { makeRng } from "../../src/lib/rng";
import { METHOD_IDS, type MethodId } from "../../src/shared/methods";
import { baseAdapter } from "../support/base-adapter";
import { allCases } from "../support/cases";
import { expectClose } from "../support/compare";
import { type ContractTerms, contractTerms } from "../support/contract";
import { goldenBatches, loadGoldenModel, readTensors } from "../support/golden";
import { makeExperts } from "../support/experts";
import { sharedTestGpu } from "../support/gpu";
import { relativeError } from "../support/errors";
import { computeLogits } from "../support/logits";
import { mergedModel } from "../support/merged-model";
import { observe } from "../support/observe";
import { modelOfKind } from "../support/model-of-kind";
import { trainSteps } from "../support/train-steps";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

/**
 * Families that cover every kind: gated and plain, separate and fused, Linear and Conv1D, with and without biases and
 * encoder.
 */
const families = ["llama_tied", "gpt2", "t5"];
const cases = METHOD_IDS.flatMap((id) =>
  contractTerms[id].map((terms) => [id, JSON.stringify(terms.options), terms] as const),
);

/** The cases whose options match a family's modules. */
function casesOf(family: string): typeof cases {
  return cases.filter(([, , terms]) => terms.families?.includes(family) ?? true);
}

/** Tolerance for differences in the order of f32 sums. */
const ROUNDING = 2e-5;

interface Bound {
  readonly adapter: Adapter;
  readonly state: AdapterState;
}

/** The message of a refusal. */
function sentenceOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof LuthierError) return error.what;
    throw error;
  }
  return "";
}

async function begin(model: LoadedModel, id: MethodId, terms: ContractTerms): Promise<Bound> {
  const experts = await makeExperts(model, terms.experts);
  const adapter = methods[id].bind(terms.options, model.spec, experts);
  const values = expertValues(experts.map(({ tensors }) => tensors));
  const context = initContext(model.tensors, makeRng(1, 0), () => [1, 2, 3], values);
  return { adapter, state: AdapterState.of(gpu, adapter, await initialValues(adapter, context)) };
}

async function batchesOf(family: string) {
  return goldenBatches(await readTensors(family, "lora", "golden.safetensors"));
}

/** Logits of the base model. */
async function baseLogits(model: LoadedModel, family: string): Promise<Float32Array> {
  const state = new AdapterState(gpu, baseAdapter);
  const logits = await computeLogits(model, state, (await batchesOf(family))[0]!);
  state.destroy();
  return logits;
}

/** Trains two steps on the golden's batches and returns the values. */
async function train(
  model: LoadedModel,
  { adapter, state }: Bound,
  family: string,
  learningRate: number,
): Promise<Map<string, HostTensor>> {
  const batches = await batchesOf(family);
  const labels = 64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, adapter))) / 64);
  const { rows, length } = batches[0]!;
  const trainer = await Trainer.create(model, state, {
    shapes: [{ rows, length, labels }],
    evaluationShapes: [],
    weightDecay: 0,
    maxGradNorm: 1,
    ...adamDefaults,
  });
  for (const { finite } of await trainSteps(trainer, batches, 2, learningRate, 1)) expect(finite).toBe(true);
  trainer.destroy();
  return state.read();
}

/**
 * Trains, checks that all parameters change and stay finite, except fixed and saturated ones, and returns their values.
 */
async function trainItsOwn(
  model: LoadedModel,
  bound: Bound,
  family: string,
  learningRate: number,
  mayStay?: RegExp,
): Promise<Map<string, HostTensor>> {
  const before = await bound.state.read();
  const trained = await train(model, bound, family, learningRate);
  const fixed = new Set(bound.adapter.parameters.filter((part) => part.fixed).map(({ name }) => name));
  for (const [name, { data }] of trained) {
    expect(data.every(Number.isFinite), `${name} stays finite`).toBe(true);
    if (mayStay?.test(name)) continue;
    const moved = data.some((value, i) => value !== before.get(name)!.data[i]);
    expect(moved, `${name} moves`).toBe(!fixed.has(name));
  }
  return trained;
}

/** Imports the exported folder. */
async function reload(
  model: LoadedModel,
  adapter: Adapter,
  trained: ReadonlyMap<string, HostTensor>,
): Promise<Bound> {
  const files = peftFiles(adapter, trained, "someone/base");
  const folder = await readPeftFolder([...files].map(([path, bytes]) => bytesSource(path, bytes)));
  const { adapter: again, values } = adapterFromFolder(folder, model.spec);
  return { adapter: again, state: AdapterState.of(gpu, again, values) };
}

describe.each(families)("every method keeps the contract on %s", (family) => {
  let model: LoadedModel;
  let base: Float32Array;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
    base = await baseLogits(model, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(casesOf(family))("%s %s", async (id, _, terms) => {
    const seen = { method: id, model: model.spec.family } as const;
    if (terms.refusedOn?.(model.spec)) {
      const bind = (): Adapter => methods[id].bind(terms.options, model.spec);
      expect(bind).toThrow(terms.refusal);
      observe({ ...seen, fact: "refused", value: sentenceOf(bind) });
      return;
    }
    const bound = await begin(model, id, terms);
    const [batch] = await batchesOf(family);
    const logits = (state: AdapterState): Promise<Float32Array> => computeLogits(model, state, batch!);
    const start = await logits(bound.state);
    if (terms.identity) expectClose(start, base, ROUNDING, "logits at the start");
    else expect(start, "logits at the start").not.toEqual(base);
    const distance = start.length === base.length ? relativeError(start, base) : null;
    observe({ ...seen, fact: "start", value: distance });

    const trained = await trainItsOwn(model, bound, family, terms.learningRate);
    expect(await baseLogits(model, family), "the base model").toEqual(base);
    observe({ ...seen, fact: "own parameters", value: true });

    const adapted = await logits(bound.state);
    const again = await reload(model, bound.adapter, trained);
    const loaded = await logits(again.state);
    expectClose(loaded, adapted, terms.converts ? ROUNDING : 0, "logits after loading");
    observe({ ...seen, fact: "saved and loaded", value: relativeError(loaded, adapted) });
    again.state.destroy();

    expect(bound.adapter.merge !== undefined, "whether it merges").toBe(terms.merges);
    if (!terms.merges) observe({ ...seen, fact: "merged", value: null });
    else {
      const merged = await mergedModel(model, bound.adapter, trained, family);
      const logits = await baseLogits(merged, family);
      expectClose(logits, adapted, ROUNDING, "logits of the merged model");
      observe({ ...seen, fact: "merged", value: relativeError(logits, adapted) });
      merged.weights.destroy();
      const beside = await mergeOnGpu(model, bound.adapter, trained);
      expect(await baseLogits(beside, family), "logits of the model merged beside its base").toEqual(logits);
      expect(beside.weights.sizeBytes).toBe(mergedGpuBytes(model, bound.adapter, trained));
      beside.weights.destroy();
      expect(await baseLogits(model, family), "the base beside it").toEqual(base);
    }
    bound.state.destroy();
  });
});

/** Whether a case is trained on a storage kind: the first LoRA case on all, each other case on one quantised kind. */
function trainsOn(kind: StorageKind, index: number): boolean {
  const isLora = index === cases.findIndex(([id]) => id === "lora");
  return isLora || blockKinds[index % blockKinds.length] === kind;
}

/** Whether a case is computed on a storage kind: with all cases all are, otherwise those that are trained. */
function startsOn(kind: StorageKind, index: number): boolean {
  return allCases || trainsOn(kind, index);
}

/** A model without biases, and one with biases for the methods that refuse the first. */
const kindFamilies = ["llama_tied", "qwen2"] as const;

describe.each(storageKinds)("every method works on weights in %s", (kind) => {
  test("starts from the right point, and trains", async () => {
    let left = [...casesOf(kindFamilies[0]).entries()].filter(([index]) => startsOn(kind, index));
    for (const family of kindFamilies) {
      if (left.length === 0) break;
      const model = await modelOfKind(gpu, family, kind);
      const base = await baseLogits(model, family);
      expect(base.every(Number.isFinite)).toBe(true);
      const isRefused = ([, [, , terms]]: (typeof left)[number]): boolean =>
        terms.refusedOn?.(model.spec) ?? false;
      for (const [index, [id, , terms]] of left.filter((one) => !isRefused(one))) {
        const bound = await begin(model, id, terms);
        const [batch] = await batchesOf(family);
        const logits = await computeLogits(model, bound.state, batch!);
        if (terms.identity) expectClose(logits, base, ROUNDING, `${id} at the start`);
        else expect(logits.every(Number.isFinite), `${id} stays finite`).toBe(true);
        if (trainsOn(kind, index))
          await trainItsOwn(model, bound, family, terms.learningRate, terms.saturates);
        observe({ method: id, model: model.spec.family, fact: "storage", value: kind });
        bound.state.destroy();
      }
      left = left.filter(isRefused);
      expect(await baseLogits(model, family), "the base model").toEqual(base);
      model.weights.destroy();
    }
    expect(left, "methods that no model has been found for").toEqual([]);
  });
});
