import { changeRows } from "../../data/edit/change-rows";
import type { DatasetEdit, DatasetSummary } from "../../shared/data";
import type { EncodedRows } from "../encoded-rows";
import type { Job } from "./owner";

/** Edits rows of a dataset and discards its cached encodings. */
export function editDatasetJob(encoded: EncodedRows, id: string, edit: DatasetEdit): Job<DatasetSummary> {
  return {
    kind: "edit-dataset",
    async run({ signal }) {
      const summary = await changeRows(id, edit, signal);
      encoded.clear();
      return summary;
    },
  };
}
