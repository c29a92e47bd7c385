import { type Kernel, kernelKey } from "../../src/engine/gpu/kernel";
import type { Graph } from "../../src/engine/graph/graph";
import type { Tuning } from "../../src/engine/graph/op";
import { planNodes } from "../../src/engine/graph/plan";
import { traceLargeShapes } from "./large-shapes";
import { opCases } from "./op-cases";

/** All kernels of the engine in every variant; shape-specialised ones for the shapes of the op cases. */
export function allKernels(): readonly Kernel[] {
  return distinct([...opCases.map((entry) => entry.trace()), ...traceLargeShapes()].flatMap(kernelsOf));
}

/** Every kernel that lowering a graph may choose on any device: all timed variants and all fallbacks. */
export function kernelsOf(graph: Graph): readonly Kernel[] {
  const kernels: Kernel[] = [];
  const nodes = { nodes: graph.nodes, resolve: <T>(value: T): T => value };
  for (const software of [true, false])
    for (const hasFeatures of [true, false])
      for (const isBroken of [true, false]) {
        const tuning: Tuning = {
          software,
          has: () => hasFeatures,
          choice: ({ variants }) => {
            kernels.push(...variants.flatMap((variant) => variant.kernels));
            return null;
          },
          isBroken: (kernel) => {
            kernels.push(kernel);
            return isBroken;
          },
        };
        kernels.push(...planNodes(graph, nodes, {}, tuning).calls.map(({ call }) => call.kernel));
      }
  return distinct(kernels);
}

function distinct(kernels: readonly Kernel[]): readonly Kernel[] {
  return [...new Map(kernels.map((kernel) => [kernelKey(kernel), kernel])).values()];
}
