import type { Graph } from "../../graph/graph";
import { allBlocks, type ModelSpec } from "../../nn/model-spec";
import {
  type BottleneckKind,
  type BottleneckOptions,
  isLibraryConfig,
  libraryConfig,
  libraryFormat,
  readBottleneckOptions,
  readLibraryConfig,
} from "./bottleneck-config";
import { ADAPTER_NAME, addBottleneck, bottleneckParameters, type Bottlenecks } from "./bottleneck-layers";
import type { AdapterHooks } from "../../nn/hooks";
import { type Invertible, invertible, invertibleHooks, invertibleParameters } from "./invertible";
import { defineAdapter } from "../common/define-adapter";
import type { HostTensor, Method, ParameterSpec } from "../common/method";
import { hasOwnMark } from "../common/own-format";
import { optionError } from "../common/option-reader";

/**
 * Two dense layers with a function between them beside a sub-layer f, as the adapters library has them for models that
 * normalise first: h = residual + f + up(act(down(x))), x being f or residual + f. Where the model normalises what f gives,
 * that norm comes after the bottleneck, and what it reads of the sum has passed that norm too.
 */
export function bottleneckMethod(kind: BottleneckKind): Method {
  return {
    peftType: null,
    reads: (config) => isLibraryConfig(kind, config) && !hasOwnMark(config),
    bind(values, model) {
      const options = readBottleneckOptions(kind, values);
      checkPlacement(kind, model);
      const parts = bottleneckParts(kind, options, model);
      return defineAdapter({
        parameters: partsParameters(parts, model, options.start),
        hooks: (graph, mode) => bottleneckHooks(graph, [parts], mode === "train"),
        config: libraryConfig(kind, options, model),
        weightsFile: "adapter.safetensors",
        format: libraryFormat(kind.invertible ? "adapters-heads" : "adapters", kind, model),
        importTensors: (tensors) => renameBottlenecks(tensors),
      });
    },
    readConfig: (config) => readLibraryConfig(kind, config),
  };
}

/** Where the norm follows the sum, the library's Pfeiffer normalises before the bottleneck and after it. */
export function checkPlacement({ readsSum }: BottleneckKind, { blocks }: ModelSpec): void {
  if (!readsSum || !blocks.some(({ normPlacement }) => normPlacement === "after")) return;
  throw optionError("reduction_factor", { code: "config/norm-after-sum" });
}

/** What an adapter puts into a model. */
export interface BottleneckParts {
  readonly bottlenecks: Bottlenecks;
  /** What stands after the embeddings and, inverted, before the head. */
  readonly ends: Invertible | null;
}

/** @param expert stands in front of every parameter's name, where the adapter is a frozen one that another builds on */
export function bottleneckParts(
  { places, readsSum }: BottleneckKind,
  { reductionFactor, activation, dropout, inverseFactor }: BottleneckOptions,
  model: ModelSpec,
  expert: string | null = null,
): BottleneckParts {
  const { hiddenSize: hidden } = model;
  const named = { prefix: expert ?? "", frozen: expert !== null };
  return {
    bottlenecks: {
      places,
      readsSum,
      hidden,
      activation,
      dropout,
      ...named,
      width: Math.max(1, Math.floor(hidden / reductionFactor)),
    },
    ends: inverseFactor === null ? null : invertible(model, { activation, factor: inverseFactor, ...named }),
  };
}

/** The parameters of what an adapter puts into a model, and how they start. */
export function partsParameters(
  { bottlenecks, ends }: BottleneckParts,
  model: ModelSpec,
  start: BottleneckOptions["start"],
): ParameterSpec[] {
  return [
    ...bottleneckParameters(bottlenecks, allBlocks(model), start),
    ...(ends ? invertibleParameters(ends) : []),
  ];
}

/** Adapters stacked over each other: each reads what the sub-layer gives with what those before it have added. */
export function bottleneckHooks(
  graph: Graph,
  stack: readonly BottleneckParts[],
  trains: boolean,
): AdapterHooks {
  const [ends] = stack.flatMap((parts) => parts.ends ?? []);
  return {
    ...(ends && invertibleHooks(graph, ends)),
    sublayer: (site) =>
      stack.reduce(
        (y, { bottlenecks }, index) =>
          addBottleneck(graph, bottlenecks, { ...site, y }, trains ? index : null),
        site.y,
      ),
  };
}

/** Adapters have names of their own, which stand in the names of their tensors. */
export function renameBottlenecks(
  tensors: ReadonlyMap<string, HostTensor>,
  name = ADAPTER_NAME,
): Map<string, HostTensor> {
  const renamed = (tensor: string): string =>
    tensor.replace(/(\.adapters|invertible_adapters)\.[^.]+\./, `$1.${name}.`);
  return new Map([...tensors].map(([tensor, values]) => [renamed(tensor), values]));
}
