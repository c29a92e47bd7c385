import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import { planDecode, planPass } from "../../../src/engine/generate/plans";
import { Graph } from "../../../src/engine/graph/graph";
import { hoist } from "../../../src/engine/transform/hoist";
import type { Tuning } from "../../../src/engine/graph/op";
import type { Plan } from "../../../src/engine/graph/plan";
import { makePlan } from "../../../src/engine/transform/make-plan";
import { f32, type Value } from "../../../src/engine/graph/value";
import { describeModel } from "../../../src/engine/models/registry";
import { add } from "../../../src/engine/ops/add";
import { multiply } from "../../../src/engine/ops/multiply";
import { scale } from "../../../src/engine/ops/scale";
import { declaredWeights } from "../../../src/engine/train/memory";
import type { FieldValues } from "../../../src/shared/fields";
import { readJson } from "../../support/golden";

const tuning: Tuning = { software: false, has: () => false, choice: () => null };

const spec = describeModel(readJson<Record<string, unknown>>("llama_tied", "config.json"));
const model = { spec, tuning, weights: declaredWeights(spec, () => "F16", 2 ** 27) };

const shaders = ({ calls }: Plan): string[] => calls.map(({ call }) => call.kernel.shader);

function decodeOf(options: FieldValues) {
  const { hooks } = methods.lora.bind(options, spec);
  const { body, prologue } = planDecode(model, hooks, { tokens: 1, capacity: 64 });
  return { body, prologue, whole: planPass(model, hooks, 1, 64) };
}

describe("the pass of one token", () => {
  test("of LoRA has nothing that is the same for all", () => {
    const { body, prologue, whole } = decodeOf({});
    expect(prologue).toBeNull();
    expect(shaders(body)).toEqual(shaders(whole));
  });

  test("of DoRA does not compute the lengths of rows again", () => {
    const { body, prologue, whole } = decodeOf({ use_dora: true });
    const ofRows = (plan: Plan): number =>
      shaders(plan).filter((name) => /row_squares|dora_gain/.test(name)).length;
    expect(ofRows(whole)).toBe(8);
    expect(ofRows(body)).toBe(0);
    expect(ofRows(prologue!)).toBe(8);
    expect(prologue!.outputs.size).toBe(4);
    expect(prologue!.inputs).toEqual([]);
    // Together they are the whole program, except for fused calls.
    expect(body.calls.length + prologue!.calls.length).toBeGreaterThanOrEqual(whole.calls.length);
  });

  test("of an update of the embedding does not transpose it again", () => {
    const { body, prologue } = decodeOf({ target_modules: "embed_tokens" });
    expect(shaders(prologue!)).toEqual(["elementwise/transpose"]);
    expect(shaders(body)).not.toContain("elementwise/transpose");
  });
});

describe("what is hoisted out of a graph", () => {
  /** (p·2 + p) · x + (q·3), where only x changes. */
  function trace(): { graph: Graph; y: Value } {
    const graph = new Graph();
    const [p, q] = [graph.parameter("p", f32(4)), graph.parameter("q", f32(2, 2))];
    const sum = graph.apply(add, [graph.apply(scale, [p], { alpha: 2 }), p], {});
    const product = graph.apply(multiply, [graph.reshape(sum, 2, 2), graph.input("x", f32(2, 2))], {});
    const y = graph.apply(add, [product, graph.apply(scale, [q], { alpha: 3 })], {});
    return { graph, y };
  }

  test("is read as states, and what is kept stays", () => {
    const { graph, y } = trace();
    const { body, hoisted, outputs, prologue } = hoist(graph, { y }, 1024);
    expect(body.nodes.map(({ op }) => op.name)).toEqual(["multiply", "add"]);
    expect(prologue.nodes.map(({ op }) => op.name)).toEqual(["scale", "add", "scale"]);
    expect(
      body
        .leaves("state")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(hoisted).sort());
    expect(makePlan(body, outputs, tuning).inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("is only what there is room for", () => {
    const { graph, y } = trace();
    expect(Object.keys(hoist(graph, { y }, 16).hoisted)).toHaveLength(1);
    const { body, hoisted, prologue } = hoist(graph, { y }, 15);
    expect(hoisted).toEqual({});
    expect(prologue.nodes).toEqual([]);
    expect(body.nodes).toHaveLength(graph.nodes.length);
  });

  test("is never what later nodes write into, nor what comes of a state", () => {
    const graph = new Graph();
    const cache = graph.state("cache", f32(4));
    const p = graph.parameter("p", f32(4));
    const twice = graph.apply(scale, [p], { alpha: 2 });
    const written = graph.applyInto(multiply2, [p, cache], {}, twice);
    const { hoisted } = hoist(graph, { written }, 1024);
    expect(hoisted).toEqual({});
  });
});

/** An op that supports accumulation. */
const multiply2 = { ...multiply, accumulates: true };
