import { deleteDataset } from "../../storage/datasets";
import type { EncodedRows } from "../encoded-rows";
import type { Job } from "./owner";

/** Deletes a dataset, with what was encoded of it. */
export function deleteDatasetJob(encoded: EncodedRows, id: string): Job<void> {
  return {
    kind: "delete-dataset",
    async run() {
      encoded.clear();
      await deleteDataset(id);
    },
  };
}
