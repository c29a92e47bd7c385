import { describe, expect, test } from "vitest";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import type { Plan, PlannedCall, PlannedOperand } from "../../../src/engine/graph/plan";
import { makePlan } from "../../../src/engine/transform/make-plan";
import type { Operand, Tuning } from "../../../src/engine/graph/op";
import { bytesOwner, f32, storageRoot, type Value } from "../../../src/engine/graph/value";
import { describeModel } from "../../../src/engine/models/registry";
import { add } from "../../../src/engine/ops/add";
import { matmul } from "../../../src/engine/ops/matmul";
import { tanh } from "../../../src/engine/ops/tanh";
import { declaredWeights } from "../../../src/engine/train/memory";
import { planBatch } from "../../../src/engine/train/plans";
import { bindCase, goldenCases, goldenFamilies, readJson } from "../../support/golden";

const tuning: Tuning = { software: true, has: () => false, choice: () => null };
const nt = { form: "nt", alpha: 1 } as const;

/** The ops of a plan's calls, in order. */
const names = (plan: Plan): string[] => plan.calls.map(({ label }) => label.replace(/_\d+$/, ""));

/** The operand that a call writes. */
function written({ call, operands }: PlannedCall): PlannedOperand {
  return operands[call.kernel.bindings.indexOf("read_write")]!;
}

const valueOf = (operand: Operand): Value | null =>
  "weight" in operand ? null : "value" in operand ? operand.value : operand;

/**
 * Executes a plan symbolically: each slot holds the value last written to it, and every read must find the value that
 * the graph intends among those sharing the slot.
 */
function expectSound(plan: Plan): void {
  const held = new Map<number, Value>();
  for (const { label, call, operands } of plan.calls) {
    const slots = operands.map((operand) => (operand.type === "slot" ? operand.slot : null));
    const values = call.operands.map(valueOf);
    const writes = call.kernel.bindings.map((access) => access === "read_write");
    slots.forEach((slot, index) => {
      if (slot === null) return;
      const value = storageRoot(values[index]!);
      const owner = bytesOwner(value);
      if (!writes[index]) expect(held.get(slot)?.name, `${label} reads`).toBe(value.name);
      else if (owner !== value) expect(bytesOwner(held.get(slot)!).name, `${label} adds to`).toBe(owner.name);
      for (const [other, otherSlot] of slots.entries()) {
        if (otherSlot !== slot || !(writes[index] || writes[other])) continue;
        expect(bytesOwner(values[other]!).name, `${label} binds with ${value.name}`).toBe(owner.name);
      }
    });
    slots.forEach((slot, index) => {
      if (slot !== null && writes[index]) held.set(slot, storageRoot(values[index]!));
    });
  }
  expect(held.size, "slots that are written").toBeGreaterThan(0);
}

function leaf(graph: Graph, name: string): Value {
  return graph.input(name, f32(8, 8));
}

describe("sums are folded into the product that makes a summand", () => {
  test("where the other summand is not needed afterwards", () => {
    const graph = new Graph();
    const base = graph.apply(tanh, [leaf(graph, "x")], {});
    const product = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const plan = makePlan(graph, { y: graph.apply(add, [base, product], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul"]);
    expect(plan.slotBytes).toEqual([256]);
    expect(plan.outputs.get("y")!.operand).toEqual(written(plan.calls[0]!));
  });

  test("not where the other summand is read later", () => {
    const graph = new Graph();
    const base = graph.apply(tanh, [leaf(graph, "x")], {});
    const product = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const sum = graph.apply(add, [base, product], {});
    const plan = makePlan(graph, { y: graph.apply(add, [sum, base], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul", "add", "add"]);
  });

  test("not where the other summand is kept", () => {
    const graph = new Graph();
    const base = graph.apply(tanh, [leaf(graph, "x")], {});
    const product = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const plan = makePlan(graph, { base, y: graph.apply(add, [base, product], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul", "add"]);
  });

  test("not where the product itself is read by others", () => {
    const graph = new Graph();
    const base = graph.apply(tanh, [leaf(graph, "x")], {});
    const product = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const sum = graph.apply(add, [base, product], {});
    const plan = makePlan(graph, { y: graph.apply(add, [sum, product], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul", "add", "add"]);
  });

  test("not where the summand's bytes are not the plan's own", () => {
    const graph = new Graph();
    const product = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const plan = makePlan(graph, { y: graph.apply(add, [leaf(graph, "x"), product], {}) }, tuning);
    expect(names(plan)).toEqual(["matmul", "add"]);
  });

  test("not where the product reads what it would add to", () => {
    const graph = new Graph();
    const base = graph.apply(tanh, [leaf(graph, "x")], {});
    const product = graph.apply(matmul, [base, leaf(graph, "b")], nt);
    const plan = makePlan(graph, { y: graph.apply(add, [base, product], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul", "add"]);
  });

  test("not where an input of the product changes before the sum", () => {
    const graph = new Graph();
    const changing = graph.apply(tanh, [leaf(graph, "x")], {});
    const late = graph.apply(matmul, [changing, leaf(graph, "b")], nt);
    const step = graph.apply(matmul, [leaf(graph, "a"), leaf(graph, "b")], nt);
    const changed = graph.apply(add, [changing, step], {});
    const other = graph.apply(tanh, [leaf(graph, "a")], {});
    const sum = graph.apply(add, [other, late], {});
    const plan = makePlan(graph, { changed, sum }, tuning);
    expect(names(plan)).toEqual(["tanh", "matmul", "matmul", "tanh", "add"]);
  });
});

describe("a plan", () => {
  test("leaves out what nobody reads, and inputs that only that asks for", () => {
    const graph = new Graph();
    graph.apply(tanh, [leaf(graph, "unused")], {});
    const plan = makePlan(graph, { y: graph.apply(tanh, [leaf(graph, "x")], {}) }, tuning);
    expect(names(plan)).toEqual(["tanh"]);
    expect(plan.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("takes a slot again once its value is read for the last time, but not one that is kept", () => {
    const chain = (graph: Graph): Value[] => {
      const values = [leaf(graph, "x")];
      for (let i = 0; i < 5; i++) values.push(graph.apply(tanh, [values[i]!], {}));
      return values;
    };
    const [first, second] = [new Graph(), new Graph()];
    const loose = makePlan(first, { last: chain(first)[5]! }, tuning);
    expect(loose.slotBytes).toHaveLength(2);
    const values = chain(second);
    const kept = makePlan(second, { early: values[1]!, last: values[5]! }, tuning);
    expect(kept.slotBytes).toHaveLength(3);
  });

  test("accumulates gradients in place", () => {
    const graph = new Graph();
    const weight = graph.parameter("w", f32(8, 8));
    const y = graph.apply(matmul, [leaf(graph, "x"), weight], nt);
    differentiate(graph, y, leaf(graph, "seed"));
    const plan = makePlan(graph, {}, tuning);
    expect(names(plan)).toEqual(["matmul"]);
    expect(written(plan.calls[0]!)).toMatchObject({
      type: "leaf",
      value: { storage: "gradient", name: "w" },
    });
  });
});

const cases = goldenFamilies().flatMap((family) =>
  goldenCases(family).map((name) => [family, name] as const),
);

describe.each(cases)("a training plan of %s %s", (family, name) => {
  const spec = describeModel(readJson(family, "config.json"));
  const adapter = bindCase({ spec }, family, name);
  const weights = declaredWeights(spec, () => "F32", 2 ** 27);
  const { length } = layOutParameters(adapter);
  const shape = { rows: 2, length: 9, labels: 64 };
  const planned = (recompute: boolean): Plan =>
    planBatch({ spec, tuning, weights }, { adapter, length }, shape, "train", { recompute });
  const plans = [planned(false), planned(true)] as const;

  test("never lets two live values share a slot", () => plans.forEach(expectSound));

  test("recomputes blocks on request, and their products at most once", () => {
    const products = ([kept, again]: typeof plans): number[] =>
      [kept, again].map((plan) => plan.calls.filter(({ call }) => (call.flops ?? 0) > 0).length);
    const [kept = 0, again = 0] = products(plans);
    expect(again).toBeGreaterThan(kept);
    expect(again).toBeLessThan(2 * kept);
  });

  test.each(plans)("reaches the gradient of every trainable parameter", (plan) => {
    const reached = new Set<string>();
    for (const { operands } of plan.calls) {
      for (const operand of operands) {
        if (operand.type === "leaf" && operand.value.storage === "gradient") reached.add(operand.value.name);
      }
    }
    const moving = adapter.parameters.filter(({ fixed }) => !fixed).map(({ name }) => name);
    expect([...reached].sort()).toEqual(moving.sort());
  });
});
