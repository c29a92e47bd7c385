import * as v from "valibot";
import type { ByteSource } from "../formats/byte-source";
import { count, objectOf, recordOf } from "../lib/schema";
import type { ModelCard } from "../shared/model";
import { readPublicFile, readPublicJson } from "./public-files";

const optionValue = v.union([v.string(), v.number(), v.boolean()]);

/** Schema of public/models/index.json. */
const modelIndex = v.array(
  objectOf({
    id: v.string(),
    title: v.string(),
    family: v.string(),
    /** Folder under public/models. */
    path: v.string(),
    files: v.array(v.string()),
    parameters: count,
    sizeBytes: count,
    license: v.string(),
    /** Recommended training options, by method id. */
    training: recordOf(recordOf(optionValue)),
  }),
);

export type BuiltInModel = v.InferOutput<typeof modelIndex>[number];

/** The models shipped with the studio. */
export function builtInModels(): Promise<readonly BuiltInModel[]> {
  return readPublicJson("models/index.json", modelIndex);
}

/** Fetches the files of a built-in model. */
export function fetchBuiltIn(model: BuiltInModel, signal: AbortSignal): Promise<ByteSource[]> {
  return Promise.all(model.files.map((file) => readPublicFile(`models/${model.path}/${file}`, signal)));
}

/** The library card of a built-in model. */
export function builtInCard(model: BuiltInModel): ModelCard {
  const { id, title, family, parameters, sizeBytes, license } = model;
  return { id, title, source: "built-in", family, parameters, sizeBytes, license };
}
