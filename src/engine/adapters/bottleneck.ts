import type { Graph } from "../graph/graph";
import type { DecoderSpec } from "../models/decoder-spec";
import {
  type BottleneckKind,
  type BottleneckOptions,
  isLibraryConfig,
  libraryConfig,
  readBottleneckOptions,
  readLibraryConfig,
} from "./bottleneck-config";
import { ADAPTER_NAME, bottleneckParameters, type Bottlenecks, joinBottleneck } from "./bottleneck-layers";
import type { AdapterHooks } from "./hooks";
import { type Invertible, invertible, invertibleHooks, invertibleParameters } from "./invertible";
import type { Adapter, HostTensor, Method } from "./method";
import { optionError } from "./option-reader";

/**
 * Two dense layers with a function between them beside a sub-layer f, as the adapters library has them for models that
 * normalise first: h = residual + f + up(act(down(x))), x being f or residual + f.
 */
export function bottleneckMethod(kind: BottleneckKind): Method {
  return {
    peftType: null,
    reads: (config) => isLibraryConfig(kind, config),
    bind(values, model) {
      const options = readBottleneckOptions(kind, values);
      checkModel(kind, model);
      const parts = bottleneckParts(kind, options, model);
      return {
        parameters: [
          ...bottleneckParameters(parts.bottlenecks, model.blocks, options.start),
          ...(parts.ends ? invertibleParameters(parts.ends) : []),
        ],
        promptLength: 0,
        prefixLength: 0,
        hooks: (graph, mode) => bottleneckHooks(graph, parts, mode === "train"),
        config: libraryConfig(kind, options, model),
        weightsFile: "adapter.safetensors",
        format: kind.invertible ? "adapters-heads" : "adapters",
        exportTensors: (trained) => trained,
        importTensors: renameBottlenecks,
      } satisfies Adapter;
    },
    readConfig: (config) => readLibraryConfig(kind, config),
  };
}

/** Where the norm follows the sum, the library's Pfeiffer normalises before the bottleneck and after it. */
function checkModel({ readsSum }: BottleneckKind, { blocks }: DecoderSpec): void {
  if (!readsSum || !blocks.some(({ normPlacement }) => normPlacement === "after")) return;
  throw optionError(
    "reduction_factor",
    "This model normalises after each sum, which this bottleneck does not go with here.",
    "Choose Houlsby.",
  );
}

/** What an adapter puts into a model. */
interface BottleneckParts {
  readonly bottlenecks: Bottlenecks;
  /** What stands after the embeddings and, inverted, before the head. */
  readonly ends: Invertible | null;
}

function bottleneckParts(
  { places, readsSum }: BottleneckKind,
  { reductionFactor, activation, dropout, inverseFactor }: BottleneckOptions,
  model: DecoderSpec,
): BottleneckParts {
  const { hiddenSize: hidden } = model;
  const named = { prefix: "", frozen: false };
  return {
    bottlenecks: {
      ...{ places, readsSum, hidden, activation, dropout, index: 0, ...named },
      width: Math.max(1, Math.floor(hidden / reductionFactor)),
    },
    ends: inverseFactor === null ? null : invertible(model, { activation, factor: inverseFactor, ...named }),
  };
}

function bottleneckHooks(
  graph: Graph,
  { bottlenecks, ends }: BottleneckParts,
  trains: boolean,
): AdapterHooks {
  return {
    ...(ends && invertibleHooks(graph, ends)),
    sublayer: (site) => joinBottleneck(graph, bottlenecks, site, trains),
  };
}

/** Other people's adapters have names of their own. */
function renameBottlenecks(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const own = (name: string): string =>
    name.replace(/(_adapters\.adapters|invertible_adapters)\.[^.]+\./, `$1.${ADAPTER_NAME}.`);
  return new Map([...tensors].map(([name, tensor]) => [own(name), tensor]));
}
