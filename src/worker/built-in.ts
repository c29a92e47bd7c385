import type { ByteSource } from "../formats/byte-source";
import type { ModelCard, ModelSummary } from "../shared/model";
import { readPublicFile, readPublicJson } from "./public-files";

/** An entry of public/models/index.json. */
export interface BuiltInModel {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  /** Folder under public/models. */
  readonly path: string;
  readonly files: readonly string[];
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly license: string;
  /** Training values that suit it, by method id. */
  readonly training: ModelSummary["defaults"];
}

/** The models that come with the studio. */
export function builtInModels(): Promise<readonly BuiltInModel[]> {
  return readPublicJson("models/index.json");
}

/** Fetches the files of a model that comes with the studio. */
export function fetchBuiltIn(model: BuiltInModel, signal: AbortSignal): Promise<ByteSource[]> {
  return Promise.all(model.files.map((file) => readPublicFile(`models/${model.path}/${file}`, signal)));
}

/** How the library shows a model that comes with the studio. */
export function builtInCard(model: BuiltInModel): ModelCard {
  const { id, title, family, parameters, sizeBytes, license } = model;
  return { id, title, source: "built-in", family, parameters, sizeBytes, license };
}
