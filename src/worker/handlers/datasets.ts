import { splitRows } from "../../data/batch/split";
import { duplicatesOf } from "../../data/edit/change-rows";
import { lengthStats } from "../../data/encode/length-stats";
import { tokenView } from "../../data/encode/token-view";
import { shapeOf, templateFacts } from "../../data/shape/prompt-template";
import { exportRows, rowsAsFile } from "../../data/write/export-rows";
import { LuthierError } from "../../lib/errors";
import type { Row } from "../../shared/rows";
import { clearFetched } from "../../storage/fetched-datasets";
import { listDatasets, readRows, removeLeftovers, rowsInUse } from "../../storage/datasets";
import { clearRatings, deleteRating, listRatings, saveRating } from "../../storage/ratings";
import type { EncodedRows } from "../encoded-rows";
import { deleteDatasetJob } from "../jobs/delete-dataset";
import { editDatasetJob } from "../jobs/edit-dataset";
import { importDatasetJob, importSampleJob } from "../jobs/import-dataset";
import type { JobOwner } from "../jobs/owner";
import { RowSearch } from "../row-search";
import { heldOutOfRun } from "../run-library";
import { heldOutOfSample, sampleId, samples } from "../samples";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "listDatasets"
  | "listSamples"
  | "importDataset"
  | "importSample"
  | "deleteDataset"
  | "findRows"
  | "editRows"
  | "countDuplicates"
  | "exportRows"
  | "listRatings"
  | "saveRating"
  | "deleteRating"
  | "clearRatings"
  | "rowsAsFile"
  | "heldOutRows"
  | "tokenView"
  | "lengthStats"
  | "templateFacts";

/** Commands of datasets: import, browse, delete. None needs a GPU. */
export function datasetHandlers(
  owner: JobOwner,
  session: Pick<Session, "model">,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  const rowSearch = new RowSearch(encoded);
  return {
    async listDatasets() {
      // A failed cleanup (e.g. on a full disk) must not hide the datasets.
      await removeLeftovers().catch(() => undefined);
      await clearFetched().catch(() => undefined);
      return listDatasets();
    },
    listSamples: () => samples(),
    async importDataset({ files, name, reading, replaces, validates, refuseKnown = false }, call) {
      const place = {
        refuseKnown,
        ...(replaces ? { id: replaces } : {}),
        ...(validates ? { validates } : {}),
      };
      const summary = await owner.run(importDatasetJob(files, { ...reading, name, ...place }), call);
      // The import may replace a dataset with the same id.
      encoded.clear();
      return summary;
    },
    importSample: ({ id, name }, call) => owner.run(importSampleJob(id, name), call),
    deleteDataset: ({ id }, call) => owner.run(deleteDatasetJob(encoded, id), call),
    findRows: (search, { signal }) => rowSearch.find(search, signal),
    editRows: ({ id, edit }, call) => owner.run(editDatasetJob(encoded, id, edit), call),
    countDuplicates: async ({ id, measure }, { signal }) =>
      (await encoded.first(() => duplicatesOf(id, measure, signal))).length,
    exportRows: ({ id }, { signal }) => exportRows(id, signal),
    listRatings: () => listRatings(),
    saveRating: ({ rating }) => saveRating(rating),
    deleteRating: ({ id }) => deleteRating(id),
    clearRatings: () => clearRatings(),
    rowsAsFile: ({ rows }) => rowsAsFile(rows),
    heldOutRows: ({ adapterId, ...args }) =>
      adapterId === null ? heldOutRows(args) : heldOutOfRun(adapterId, args.count),
    async tokenView({ datasetId, row, maxLength, learnFrom, thoughts, ...template }) {
      const [found] = await readRows(datasetId, row, 1);
      if (!found) throw new LuthierError({ code: "data/no-such-row", row: row + 1 });
      const { templateId, tokenizer } = shapeOf(template, session.model.tokenizer);
      return tokenView(found, templateId, tokenizer, maxLength, { learnFrom, thoughts });
    },
    async lengthStats(args, { signal }) {
      return lengthStats(await encoded.get(args, signal), args.maxLength);
    },
    templateFacts: (template) => templateFacts(template, session.model.tokenizer),
  };
}

async function heldOutRows({
  id,
  validationId,
  validationSplit,
  seed,
  count,
}: {
  id: string;
  validationId: string | null;
  validationSplit: number;
  seed: number;
  count: number;
}): Promise<Row[]> {
  if (validationId !== null) return readRows(validationId, 0, count);
  const sample = (await samples()).find((entry) => sampleId(entry.id) === id);
  if (sample) return (await heldOutOfSample(sample)).slice(0, count);
  const { validation } = splitRows(await rowsInUse(id), validationSplit, seed);
  const found = await Promise.all(validation.slice(0, count).map((row) => readRows(id, row, 1)));
  return found.flat();
}
