import type { LoadedModel } from "../engine/models/loaded-model";
import { isFloatType } from "../formats/quantised/block-types";

/** Whether layers of the base are quantised, in the file or on loading. */
export function modelQuantised({ tensors }: Pick<LoadedModel, "tensors">): "stored" | "loaded" | null {
  const all = [...tensors.values()];
  if (all.some(({ fileDtype }) => fileDtype)) return "loaded";
  return all.some(({ dtype }) => !isFloatType(dtype)) ? "stored" : null;
}
