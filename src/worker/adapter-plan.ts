import { layOutParameters, trainableCount } from "../engine/adapters/adapter-state";
import type { Adapter, InitContext, ParameterSpec } from "../engine/adapters/common/method";
import { embeddingsAndHead } from "../engine/adapters/lora/lora-options";
import { methods } from "../engine/adapters/registry";
import { elementCount } from "../engine/graph/value";
import { declareWeights, type ModelSpec, linearLayers, parameterCount } from "../engine/nn/model-spec";
import { optimizerBytes } from "../engine/train/optimizer-state";
import { folderFormat } from "../export/peft";
import { LuthierError } from "../lib/errors";
import type { AdapterPlan } from "../protocol/commands";
import { folderReaders } from "../shared/folder-format";
import type { MethodChoice } from "../shared/methods";
import { adapterFileBytes } from "./adapter-summary";

/**
 * Describes what a method would train on a model, or why it cannot.
 *
 * @param tokenize tokenizes as the model does, including special tokens
 */
export function planAdapter(
  spec: ModelSpec,
  tokenize: InitContext["tokenize"],
  method: MethodChoice,
): AdapterPlan {
  const totalParameters = parameterCount(spec);
  try {
    const adapter = methods[method.id].bind(method.options, spec, method.experts);
    adapter.checkText?.(tokenize);
    const { length } = layOutParameters(adapter);
    return {
      trainableParameters: trainableCount(adapter),
      totalParameters,
      sizeBytes: adapterFileBytes(adapter, spec),
      trainingBytes: 4 * length + optimizerBytes(adapter, length),
      reader: folderReaders[folderFormat(adapter)],
      modules: parametersByModule(adapter, spec),
      targets: targetsOf(adapter, spec),
      problems: {},
    };
  } catch (error) {
    return withoutPlan(spec, error);
  }
}

/** The plan for options with an invalid field. Rethrows errors that belong to no field. */
export function withoutPlan(spec: ModelSpec, error: unknown): AdapterPlan {
  if (!(error instanceof LuthierError) || !error.field) throw error;
  const problems = { [error.field]: error.problem };
  const nothing = { trainableParameters: 0, sizeBytes: 0, trainingBytes: 0, modules: [], targets: [] };
  return { ...nothing, reader: null, totalParameters: parameterCount(spec), problems };
}

/** PEFT parameter names are the module's path followed by the method's own name. */
const barePath = ({ name }: ParameterSpec): string => name.replace(/^base_model\.model\./, "");

function parametersByModule(adapter: Adapter, spec: ModelSpec): AdapterPlan["modules"] {
  const known = new Set([
    ...declareWeights(spec).map(({ name }) => name.slice(0, name.lastIndexOf("."))),
    spec.head.path,
  ]);
  const byModule = new Map<string, number>();
  for (const parameter of adapter.parameters) {
    if (parameter.fixed) continue;
    const path = moduleOf(barePath(parameter), known);
    byModule.set(path, (byModule.get(path) ?? 0) + elementCount(parameter.shape));
  }
  return [...byModule].map(([path, parameters]) => ({ path, parameters }));
}

/** The longest prefix of a name that is a module of the model, or the name itself for parameters outside the model. */
function moduleOf(name: string, known: ReadonlySet<string>): string {
  for (let end = name.lastIndexOf("."); end > 0; end = name.lastIndexOf(".", end - 1)) {
    if (known.has(name.slice(0, end))) return name.slice(0, end);
  }
  return name;
}

/** The linear layers, embeddings and head that the adapter modifies without training their own weights. */
function targetsOf(adapter: Adapter, spec: ModelSpec): string[] {
  const { tables, head } = embeddingsAndHead(spec);
  const linears = new Set([...linearLayers(spec), ...tables, head].map(({ path }) => path));
  const targets = new Set<string>();
  for (const name of adapter.parameters.map(barePath)) {
    const path = moduleOf(name, linears);
    if (linears.has(path) && !/^(base_layer\.)?(bias|weight)$/.test(name.slice(path.length + 1)))
      targets.add(path);
  }
  return [...targets];
}
