import type { Graph } from "../graph/graph";
import type { Tuning } from "../graph/op";
import { type Plan, planNodes } from "../graph/plan";
import type { Value } from "../graph/value";
import { fuse } from "./fuse";

/**
 * Fuses and lowers a graph and assigns buffer slots.
 *
 * @param keep values to read after a run, by output name
 */
export function makePlan(graph: Graph, keep: Readonly<Record<string, Value>>, tuning: Tuning): Plan {
  return planNodes(graph, fuse(graph, Object.values(keep)), keep, tuning);
}
