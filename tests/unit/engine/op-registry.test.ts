import { expect, test } from "vitest";
import type { Op, Tuning } from "../../../src/engine/graph/op";
import { planNodes } from "../../../src/engine/graph/plan";
import { ops } from "../../../src/engine/ops/registry";
import { opCases } from "../../support/op-cases";

const modules = import.meta.glob<Record<string, unknown>>("../../../src/engine/ops/*.ts", { eager: true });

function isOp(value: unknown): value is Op<never> {
  return typeof value === "object" && value !== null && "infer" in value && "lower" in value;
}

test("the registry holds every op under its own name", () => {
  const exported = Object.entries(modules)
    .filter(([path]) => !path.endsWith("/registry.ts"))
    .flatMap(([, module]) => Object.values(module).filter(isOp));
  expect(Object.keys(ops).sort()).toEqual(exported.map((op) => op.name).sort());
  for (const [name, op] of Object.entries(ops)) expect(op.name).toBe(name);
});

test("every op is covered by a case that compares it with float64", () => {
  const covered = new Set(opCases.flatMap((entry) => entry.trace().nodes.map((node) => node.op.name)));
  expect(Object.keys(ops).filter((name) => !covered.has(name))).toEqual([]);
});

test("every op that adds into a value has a case in which it does", () => {
  const nodes = opCases.flatMap((entry) => entry.trace().nodes);
  const adding = new Set(nodes.filter((node) => node.into).map((node) => node.op.name));
  const accumulating = Object.entries(ops).filter(([, op]) => "accumulates" in op && op.accumulates);
  expect(accumulating.map(([name]) => name).filter((name) => !adding.has(name))).toEqual([]);
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
