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
import { hasLuthierTag } from "../common/luthier-format";
import { optionError } from "../common/option-reader";

/**
 * Bottleneck adapter after a sub-layer f, as in the adapters library for pre-norm models: h = residual + f +
 * up(act(down(x))), where x is f or residual + f. If the model normalises f's output (post-norm), that norm follows the
 * bottleneck and is also applied to the sum that it reads.
 */
export function bottleneckMethod(kind: BottleneckKind): Method {
  return {
    peftType: null,
    reads: (config) => isLibraryConfig(kind, config) && !hasLuthierTag(config),
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

/** With a norm after the sum, the library's Pfeiffer adapter would apply it both before and after the bottleneck. */
export function checkPlacement({ includesResidual }: BottleneckKind, { blocks }: ModelSpec): void {
  if (!includesResidual || !blocks.some(({ normPlacement }) => normPlacement === "after")) return;
  throw optionError("reduction_factor", { code: "config/norm-after-sum" });
}

/** Modules that one adapter adds to a model. */
export interface BottleneckParts {
  readonly bottlenecks: Bottlenecks;
  /** Invertible adapter after the embeddings, inverted before the head. */
  readonly ends: Invertible | null;
}

/** @param expert prefix of every parameter name, for a frozen adapter inside another */
export function bottleneckParts(
  { sublayers, includesResidual }: BottleneckKind,
  { reductionFactor, activation, dropout, invertibleReductionFactor }: BottleneckOptions,
  model: ModelSpec,
  expert: string | null = null,
): BottleneckParts {
  const { hiddenSize: hidden } = model;
  const named = { prefix: expert ?? "", frozen: expert !== null };
  return {
    bottlenecks: {
      sublayers,
      includesResidual,
      hidden,
      activation,
      dropout,
      ...named,
      width: Math.max(1, Math.floor(hidden / reductionFactor)),
    },
    ends:
      invertibleReductionFactor === null
        ? null
        : invertible(model, { activation, factor: invertibleReductionFactor, ...named }),
  };
}

/** Parameters and initial values of all modules of an adapter. */
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

/** Hooks of stacked adapters: each one reads the output of those before it. */
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

/** Replaces the adapter name within tensor names. */
export function renameBottlenecks(
  tensors: ReadonlyMap<string, HostTensor>,
  name = ADAPTER_NAME,
): Map<string, HostTensor> {
  const renamed = (tensor: string): string =>
    tensor.replace(/(\.adapters|invertible_adapters)\.[^.]+\./, `$1.${name}.`);
  return new Map([...tensors].map(([tensor, values]) => [renamed(tensor), values]));
}
