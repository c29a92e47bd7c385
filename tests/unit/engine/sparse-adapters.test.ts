import { expect, test } from "vitest";
import type { HostTensor } from "../../../src/engine/adapters/common/method";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import { LuthierError } from "../../../src/lib/errors";
import type { FieldValues } from "../../../src/shared/fields";
import type { MethodId } from "../../../src/shared/methods";
import { readJson } from "../../support/golden";

const model = describeModel(readJson("llama_tied", "config.json"));

function refusal(act: () => unknown): LuthierError {
  try {
    act();
  } catch (error) {
    if (error instanceof LuthierError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

test.each<[MethodId, FieldValues, string]>([
  ["said", { target_modules: "q_proj", intrinsic_dimension: 2 }, "intrinsic_dimension"],
  ["said", { target_modules: "nowhere" }, "target_modules"],
  ["said", { intrinsic_dimension: 100.5 }, "intrinsic_dimension"],
  ["fishmask", { keep_ratio: 0 }, "keep_ratio"],
  ["fishmask", { fish_samples: 0 }, "fish_samples"],
  ["fishmask", { target_modules: "q_proj", exclude_modules: "q_proj" }, "exclude_modules"],
  ["diff-pruning", { target_sparsity: 1.5 }, "target_sparsity"],
  ["diff-pruning", { prune_after: 1 }, "prune_after"],
  ["diff-pruning", { concrete_lower: 0 }, "concrete_lower"],
  ["diff-pruning", { concrete_upper: 1 }, "concrete_upper"],
])("%s refuses %j at %s", (id, options, field) => {
  expect(refusal(() => methods[id].bind(options, model)).field).toBe(field);
});

test("SAID without layer strengths stores none", () => {
  const options = { target_modules: "q_proj", intrinsic_dimension: 2, structure_aware: false };
  const [vector, ...others] = methods.said.bind(options, model).parameters;
  expect(vector!.shape).toEqual([2]);
  expect(others).toEqual([]);
});

const NAME = "model.layers.0.self_attn.q_proj.weight";
const tensor = (...data: number[]): HostTensor => ({ shape: [data.length], data: Float32Array.from(data) });

test.each<[string, Record<string, HostTensor>]>([
  ["a row that the weight has not", { indices: tensor(32, 0), values: tensor(1) }],
  ["a column below zero", { indices: tensor(0, -1), values: tensor(1) }],
  ["a place between two", { indices: tensor(0.5, 1), values: tensor(1) }],
  ["no number at all for a place", { indices: tensor(NaN, 1), values: tensor(1) }],
  ["fewer places than values", { indices: tensor(0, 1), values: tensor(1, 2) }],
  ["values without places", { values: tensor(1) }],
  ["a tensor of something else", { lora_A: tensor(1) }],
])("a sparse file with %s is refused by the tensor's name", (_, tensors) => {
  const adapter = methods.fishmask.bind({ target_modules: "q_proj" }, model);
  const saved = new Map(Object.entries(tensors).map(([part, value]) => [`${NAME}.${part}`, value]));
  const error = refusal(() => adapter.importTensors(saved));
  expect(error.code).toBe("adapter");
  expect(error.message).toContain(NAME);
});

test("a sparse file holds only the elements that differ", () => {
  const adapter = methods.fishmask.bind({ target_modules: "q_proj" }, model);
  const values = new Map(
    adapter.parameters.map(({ name, shape }) => {
      const data = new Float32Array(32 * 32);
      if (name.startsWith(NAME)) data.set([0.5, 0, -2], 32 * 3 + 1);
      return [name, { shape, data }];
    }),
  );
  const saved = adapter.exportTensors(values);
  expect([...saved.keys()]).toEqual([`${NAME}.indices`, `${NAME}.values`]);
  expect(saved.get(`${NAME}.indices`)).toEqual({ shape: [2, 2], data: Float32Array.of(3, 3, 1, 3) });
  expect(saved.get(`${NAME}.values`)).toEqual({ shape: [2], data: Float32Array.of(0.5, -2) });
  expect(adapter.importTensors(saved)).toEqual(values);
});

test("DiffPruning keeps the largest differences with open gates", () => {
  const options = { target_modules: "layers.0.self_attn.q_proj", target_sparsity: 4 / 1024 };
  const adapter = methods["diff-pruning"].bind(options, model);
  const [delta, alpha] = [`${NAME}.delta`, `${NAME}.alpha`];
  const choose = (open: number[]) => {
    const [deltas, alphas] = [new Float32Array(1024), new Float32Array(1024).fill(-9)];
    deltas.fill(3, 0, 20);
    open.forEach((place, i) => {
      deltas[place] = (-1) ** i * (i + 1);
      alphas[place] = 9;
    });
    const shape = [32, 32];
    const values = new Map([
      [delta, { shape, data: deltas }],
      [alpha, { shape, data: alphas }],
    ]);
    const { values: kept, trains } = adapter.selection!.choose(values, null)!;
    const places = (name: string) => [...trains.get(name)!.keys()].filter((i) => trains.get(name)![i] === 1);
    const stays = [...kept.get(delta)!.data.entries()].filter(([, value]) => value !== 0);
    return { trains: places(delta), gates: places(alpha), stays };
  };
  const stays = [
    [40, -2],
    [50, 3],
    [60, -4],
    [70, 5],
  ];
  expect(choose([30, 40, 50, 60, 70])).toEqual({ trains: [40, 50, 60, 70], gates: [], stays });
  expect(choose([900, 30])).toEqual({
    trains: [30, 900],
    gates: [],
    stays: [
      [30, -2],
      [900, 1],
    ],
  });
});
