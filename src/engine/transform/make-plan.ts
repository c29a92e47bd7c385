import type { Graph } from "../graph/graph";
import type { Tuning } from "../graph/op";
import { type Plan, planNodes } from "../graph/plan";
import type { Value } from "../graph/value";
import { fuse } from "./fuse";

/**
 * Fuses and lowers a graph, and gives each temp a slot by its lifetime.
 *
 * @param keep values to read after a run, by the name they are asked for with.
 */
export function makePlan(graph: Graph, keep: Readonly<Record<string, Value>>, tuning: Tuning): Plan {
  return planNodes(graph, fuse(graph, Object.values(keep)), keep, tuning);
}
