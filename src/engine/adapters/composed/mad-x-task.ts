import type { Expert } from "../../../shared/methods";
import { languageAdapterField, madXTaskFields } from "../../../shared/methods/bottleneck";
import type { ModelSpec } from "../../nn/model-spec";
import {
  bottleneckHooks,
  type BottleneckParts,
  bottleneckParts,
  checkPlacement,
  partsParameters,
  renameBottlenecks,
} from "../bottleneck/bottleneck";
import {
  isLibraryConfig,
  libraryConfig,
  libraryFormat,
  readBottleneckOptions,
  readLibraryConfig,
} from "../bottleneck/bottleneck-config";
import { checkExpertCount, expertPrefix, expertValues, frozenParameters } from "./experts";
import { madXLanguageKind } from "../bottleneck/mad-x-language";
import { defineAdapter } from "../common/define-adapter";
import type { Adapter, ExpertFolder, Method } from "../common/method";
import { optionError } from "../common/option-reader";
import { isLuthierConfig, luthierTag } from "../common/luthier-format";
import { pfeifferKind } from "../bottleneck/pfeiffer";

const kind = { ...pfeifferKind, fields: madXTaskFields };

/** Folder of the language adapter next to the task adapter's files. */
const LANGUAGE = "language";

/**
 * MAD-X task adapter (Pfeiffer et al. 2020, arXiv 2005.00052): a bottleneck stacked on each one of a frozen language
 * adapter; the library's `Stack(language, task)`.
 */
export const madXTask: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("mad-x-task", config),
  expertFolders: () => [LANGUAGE],
  bind(values, model, experts = []) {
    const options = readBottleneckOptions(kind, values);
    checkPlacement(kind, model);
    checkExpertCount(languageAdapterField, experts);
    const task = bottleneckParts(kind, options, model);
    const language = bindLanguage(experts[0] as Expert, model);
    return defineAdapter({
      parameters: [...partsParameters(task, model, options.start), ...language.parameters],
      hooks: (graph, mode) => bottleneckHooks(graph, [language.parts, task], mode === "train"),
      config: { ...libraryConfig(kind, options, model), ...luthierTag("mad-x-task") },
      weightsFile: "adapter.safetensors",
      format: libraryFormat("adapters-stack", kind, model),
      experts: [language.folder],
      importTensors: (tensors, others = []) =>
        new Map([
          ...renameBottlenecks(tensors),
          ...expertValues(others.map((other) => renameBottlenecks(other))),
        ]),
    });
  },
  readConfig: (config) => readLibraryConfig(kind, config),
};

interface Language {
  readonly parts: BottleneckParts;
  readonly parameters: Adapter["parameters"];
  readonly folder: ExpertFolder;
}

/** Binds the frozen language adapter. Errors, at the field: not a language adapter. */
function bindLanguage({ name, config }: Expert, model: ModelSpec): Language {
  if (!isLibraryConfig(madXLanguageKind, config))
    throw optionError(languageAdapterField.name, { code: "config/not-language-adapter", name });
  const options = readBottleneckOptions(madXLanguageKind, readLibraryConfig(madXLanguageKind, config));
  const own = bottleneckParts(madXLanguageKind, options, model);
  return {
    parts: bottleneckParts(madXLanguageKind, options, model, expertPrefix(0)),
    parameters: frozenParameters(0, partsParameters(own, model, options.start)),
    folder: {
      folder: LANGUAGE,
      config: libraryConfig(madXLanguageKind, options, model, LANGUAGE),
      weightsFile: "adapter.safetensors",
      exportTensors: (values) => renameBottlenecks(values, LANGUAGE),
    },
  };
}
