import { embeddingsAndHead } from "../engine/adapters/lora/lora-options";
import { type ModelSpec, linearLayers, parameterCount } from "../engine/nn/model-spec";
import type { LoadedModel } from "../engine/models/loaded-model";
import { unreadConfigKeys } from "../engine/models/registry";
import type { TensorSource } from "../engine/weights/tensor-source";
import { readGeneration } from "./generation-config";
import type { ModelFolder } from "../formats/model-folder";
import { isFloatType } from "../formats/quantised/block-types";
import type { ModelCard, ModelSummary, ModuleInfo } from "../shared/model";

/** The summary of a loaded model that the page shows. */
export function summarise(
  card: Pick<ModelCard, "id" | "title" | "source" | "license">,
  engine: LoadedModel,
  { sizeBytes, config, generationConfig }: Pick<ModelFolder, "sizeBytes" | "config" | "generationConfig">,
  hasChatTemplate: boolean,
  defaults: ModelSummary["defaults"],
): ModelSummary {
  const { spec } = engine;
  const generation = readGeneration(generationConfig, config);
  const dtypes = [...new Set([...engine.tensors.values()].map(({ dtype }) => dtype.toLowerCase()))];
  return {
    ...card,
    family: spec.family,
    parameters: parameterCount(spec),
    sizeBytes,
    precision: dtypes,
    quantised: quantisedHow([...engine.tensors.values()]),
    hiddenSize: spec.hiddenSize,
    layers: spec.blocks.length,
    vocabularySize: spec.vocabularySize,
    maxLength: engine.maxPositions,
    hasChatTemplate,
    autoModel: spec.encoder ? "AutoModelForSeq2SeqLM" : "AutoModelForCausalLM",
    modules: linearLayers(spec).map(({ path, inFeatures, outFeatures }) => ({
      path,
      inFeatures,
      outFeatures,
    })),
    ends: endsOf(spec),
    gpuBytes: engine.weights.sizeBytes,
    unread: { config: unreadConfigKeys(config), generation: generation.unread },
    ownSampling: generation.ownSampling,
    defaults,
  };
}

function quantisedHow(tensors: readonly TensorSource[]): ModelSummary["quantised"] {
  if (tensors.some(({ fileDtype }) => fileDtype)) return "loaded";
  return tensors.some(({ dtype }) => !isFloatType(dtype)) ? "stored" : null;
}

function endsOf(spec: ModelSpec): ModuleInfo[] {
  const { tables, head } = embeddingsAndHead(spec);
  const { path, inFeatures, outFeatures } = head;
  return [
    ...tables.map((table) => ({ path: table.path, inFeatures: table.columns, outFeatures: table.rows })),
    { path, inFeatures, outFeatures },
  ];
}
