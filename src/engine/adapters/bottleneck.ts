import { defined } from "../../lib/invariant";
import { isRecord } from "../../lib/json";
import type { Field, FieldValues } from "../../spec/fields";
import type { Graph } from "../graph/graph";
import type { Value } from "../graph/value";
import type { DecoderSpec } from "../models/decoder-spec";
import { add } from "../ops/add";
import { gelu } from "../ops/gelu";
import { relu } from "../ops/relu";
import { silu } from "../ops/silu";
import { tanh } from "../ops/tanh";
import { applyDropout } from "../train/step-scalars";
import { refuseUnless } from "./config-check";
import { dense, type DenseLayer, fill, uniform } from "./dense";
import type { AdapterHooks, SublayerSite } from "./hooks";
import type { Adapter, HostTensor, Method, ParameterSpec } from "./method";
import { optionError, OptionReader } from "./option-reader";

type Place = SublayerSite["place"];

/** What tells the two bottleneck methods apart. */
export interface BottleneckKind {
  readonly fields: readonly Field[];
  /** The sub-layers that get one. */
  readonly places: readonly Place[];
  /** Whether it reads the sub-layer's output with the residual stream added, or alone. */
  readonly readsSum: boolean;
}

interface BottleneckOptions {
  readonly width: number;
  readonly activation: string;
  readonly dropout: number;
  readonly exact: boolean;
}

/** The adapter's own name, which the library's files have in every tensor's name. */
const NAME = "luthier";

/** The version of the adapters library whose format this is. */
const FORMAT = "adapters.1.3.0";

const MODULES: Readonly<Record<Place, string>> = { attention: "attention_adapters", mlp: "output_adapters" };

const ACTIVATIONS: Readonly<Record<string, (graph: Graph, x: Value) => Value>> = {
  relu: (graph, x) => graph.apply(relu, [x], {}),
  swish: (graph, x) => graph.apply(silu, [x], {}),
  gelu: (graph, x) => graph.apply(gelu, [x], { approximate: "none" }),
  tanh: (graph, x) => graph.apply(tanh, [x], {}),
};

/** Standard deviation of the library's "bert" start. */
const BERT_DEVIATION = 0.02;

/**
 * Two dense layers with a function between them beside a sub-layer f, as the adapters library has them for models that
 * normalise first: h = residual + f + up(act(down(x))), x being f or residual + f.
 */
export function bottleneckMethod(kind: BottleneckKind): Method {
  return {
    peftType: null,
    reads: ({ config }) => isRecord(config) && config.mh_adapter === kind.places.includes("attention"),
    bind(values, model) {
      const reader = new OptionReader(kind.fields, values);
      const factor = reader.number("reduction_factor");
      const options: BottleneckOptions = {
        width: Math.max(1, Math.floor(model.hiddenSize / factor)),
        activation: reader.text("non_linearity"),
        dropout: reader.number("dropout"),
        exact: reader.text("init_weights") === "mam_adapter",
      };
      checkModel(kind, model);
      return {
        parameters: layersOf(kind, options, model).flatMap((layers) => layerParameters(layers, options)),
        promptLength: 0,
        prefixLength: 0,
        hooks: (graph, mode) => makeHooks(graph, kind, options, model, mode === "train"),
        config: libraryConfig(kind, options, factor, model),
        weightsFile: "adapter.safetensors",
        exportTensors: (trained) => trained,
        importTensors: rename,
      } satisfies Adapter;
    },
    readConfig: ({ config }) => readLibraryConfig(kind, config as Readonly<Record<string, unknown>>),
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

interface BottleneckLayers {
  readonly down: DenseLayer;
  readonly up: DenseLayer;
}

function bottleneckLayers(block: string, place: Place, width: number, hidden: number): BottleneckLayers {
  const path = `${block}.${MODULES[place]}.adapters.${NAME}`;
  return {
    down: { name: `${path}.adapter_down.0`, outFeatures: width, inFeatures: hidden },
    up: { name: `${path}.adapter_up`, outFeatures: hidden, inFeatures: width },
  };
}

function layersOf(
  { places }: BottleneckKind,
  { width }: BottleneckOptions,
  { blocks, hiddenSize }: DecoderSpec,
): BottleneckLayers[] {
  return blocks.flatMap(({ path }) =>
    places.map((place) => bottleneckLayers(path, place, width, hiddenSize)),
  );
}

/** "bert": weights normal(0, 0.02); "mam_adapter": down Kaiming uniform, up zero. Biases start at zero in both. */
function layerParameters({ down, up }: BottleneckLayers, { exact }: BottleneckOptions): ParameterSpec[] {
  return [down, up].flatMap((layer): ParameterSpec[] => {
    const { name, outFeatures, inFeatures } = layer;
    const count = outFeatures * inFeatures;
    return [
      {
        name: `${name}.weight`,
        shape: [outFeatures, inFeatures],
        init: ({ random }) => {
          if (!exact) return fill(count, () => BERT_DEVIATION * random.normal());
          return layer === up ? new Float32Array(count) : uniform(random, count, 1 / Math.sqrt(inFeatures));
        },
      },
      { name: `${name}.bias`, shape: [outFeatures], init: () => new Float32Array(outFeatures) },
    ];
  });
}

function makeHooks(
  graph: Graph,
  { places, readsSum }: BottleneckKind,
  { width, activation, dropout }: BottleneckOptions,
  { hiddenSize }: DecoderSpec,
  trains: boolean,
): AdapterHooks {
  const activate = defined(ACTIVATIONS[activation], `activation ${activation}`);
  return {
    sublayer({ block, layer, place, y, residual }) {
      const sum = graph.apply(add, [residual, y], {});
      if (!places.includes(place)) return sum;
      const { down, up } = bottleneckLayers(block, place, width, hiddenSize);
      const inner = activate(graph, dense(graph, down, readsSum ? sum : y));
      const site = 2 * layer + (place === "attention" ? 0 : 1);
      const update = applyDropout(graph, dense(graph, up, inner), trains ? dropout : 0, site);
      return graph.apply(add, [sum, update], {});
    },
  };
}

/** The settings of the library that these methods stand for; all others are the library's defaults. */
function settings({ places, readsSum }: BottleneckKind): Record<string, unknown> {
  return {
    mh_adapter: places.includes("attention"),
    output_adapter: true,
    original_ln_before: readsSum,
    original_ln_after: true,
    residual_before_ln: true,
    adapter_residual_before_ln: false,
    ln_before: false,
    ln_after: false,
    is_parallel: false,
    use_gating: false,
    phm_layer: false,
    cross_adapter: false,
    inv_adapter: null,
    leave_out: [],
  };
}

function libraryConfig(
  kind: BottleneckKind,
  { activation, dropout, exact }: BottleneckOptions,
  reductionFactor: number,
  { family, hiddenSize }: DecoderSpec,
): Record<string, unknown> {
  return {
    config: {
      ...settings(kind),
      reduction_factor: reductionFactor,
      non_linearity: activation,
      dropout,
      init_weights: exact ? "mam_adapter" : "bert",
    },
    hidden_size: hiddenSize,
    model_type: family,
    name: NAME,
    version: FORMAT,
  };
}

function readLibraryConfig(kind: BottleneckKind, config: Readonly<Record<string, unknown>>): FieldValues {
  const allowed = Object.entries(settings(kind)).map(([key, value]) => [key, [value]] as const);
  // Lists are compared by what stands in them.
  const leftOut = Array.isArray(config.leave_out) && config.leave_out.length > 0;
  refuseUnless(config, Object.fromEntries(allowed.filter(([key]) => key !== "leave_out" || leftOut)));
  refuseUnless(config, { scaling: [1], architecture: [null] });
  return {
    reduction_factor: config.reduction_factor as number,
    non_linearity: config.non_linearity as string,
    dropout: (config.dropout ?? 0) as number,
    init_weights: config.init_weights === "mam_adapter" ? "mam_adapter" : "bert",
  };
}

/** Other people's adapters have names of their own. */
function rename(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const own = (name: string): string =>
    name.replace(/\.(attention|output)_adapters\.adapters\.[^.]+\./, `.$1_adapters.adapters.${NAME}.`);
  return new Map([...tensors].map(([name, tensor]) => [own(name), tensor]));
}
