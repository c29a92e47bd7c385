import { expect, test } from "vitest";
import type { Tuning } from "../../../src/engine/graph/op";
import { planNodes } from "../../../src/engine/graph/plan";
import { opCases } from "../../support/op-cases";
import { ops } from "../../support/ops";

test("every op has a name of its own", () => {
  const names = ops.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("every op is covered by a case that compares it with float64", () => {
  const covered = new Set(opCases.flatMap((entry) => entry.trace().nodes.map((node) => node.op.name)));
  expect(ops.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});

test("every op that adds into a value has a case in which it does", () => {
  const nodes = opCases.flatMap((entry) => entry.trace().nodes);
  const adding = new Set(nodes.filter((node) => node.into).map((node) => node.op.name));
  const accumulating = ops.filter(({ accumulates }) => accumulates);
  expect(accumulating.map(({ name }) => name).filter((name) => !adding.has(name))).toEqual([]);
});

test("every op lists the kernels that it dispatches", () => {
  const tunings = [true, false].map((software): Tuning => ({
    software,
    has: () => true,
    choice: () => null,
  }));
  for (const entry of opCases) {
    const graph = entry.trace();
    const shaders = new Map(
      graph.nodes.map(({ op, id }) => [`${op.name}_${id}`, op.kernels.map(({ shader }) => shader)]),
    );
    const plans = tunings.map((tuning) =>
      planNodes(graph, { nodes: graph.nodes, resolve: (value) => value }, {}, tuning),
    );
    for (const { label, call } of plans.flatMap(({ calls }) => calls))
      expect(shaders.get(label), `${entry.name}: ${label}`).toContain(call.kernel.shader);
  }
});
