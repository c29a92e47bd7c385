import { deleteDataset, listDatasets } from "../../storage/datasets";
import type { EncodedRows } from "../encoded-rows";
import type { Job } from "./owner";

/** Deletes a dataset with its validation file and its cached encodings. */
export function deleteDatasetJob(encoded: EncodedRows, id: string): Job<void> {
  return {
    kind: "delete-dataset",
    async run() {
      encoded.clear();
      const validation = (await listDatasets()).filter(({ validates }) => validates === id);
      for (const each of [...validation, { id }]) await deleteDataset(each.id);
    },
  };
}
