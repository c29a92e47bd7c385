import { splitRows } from "../../data/batch/split";
import { lengthStats } from "../../data/encode/length-stats";
import { tokenView } from "../../data/encode/token-view";
import { LuthierError } from "../../lib/errors";
import type { Row } from "../../shared/rows";
import { findDataset, listDatasets, readRows, removeLeftovers } from "../../storage/datasets";
import type { EncodedRows } from "../encoded-rows";
import { deleteDatasetJob } from "../jobs/delete-dataset";
import { importDatasetJob, importSampleJob } from "../jobs/import-dataset";
import type { JobOwner } from "../jobs/owner";
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
  | "datasetRows"
  | "heldOutRows"
  | "tokenView"
  | "lengthStats";

/** Commands of datasets: import, browse, delete. None needs a GPU. */
export function datasetHandlers(
  owner: JobOwner,
  session: Pick<Session, "model">,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  return {
    async listDatasets() {
      // What cannot be cleared away now, on a full disk say, hides no dataset.
      await removeLeftovers().catch(() => undefined);
      return listDatasets();
    },
    listSamples: () => samples(),
    async importDataset({ files, name, reading, replaces, validates }, call) {
      const place = { ...(replaces ? { id: replaces } : {}), ...(validates ? { validates } : {}) };
      const summary = await owner.run(importDatasetJob(files, { ...reading, name, ...place }), call);
      // The import may replace a dataset with the same id.
      encoded.clear();
      return summary;
    },
    importSample: ({ id, name }, call) => owner.run(importSampleJob(id, name), call),
    deleteDataset: ({ id }, call) => owner.run(deleteDatasetJob(encoded, id), call),
    datasetRows: ({ id, offset, count }) => readRows(id, offset, count),
    heldOutRows: ({ adapterId, ...args }) =>
      adapterId === null ? heldOutRows(args) : heldOutOfRun(adapterId, args.count),
    async tokenView({ datasetId, row, templateId, maxLength, learnFrom }) {
      const [found] = await readRows(datasetId, row, 1);
      if (!found) throw new LuthierError({ code: "data/no-such-row", row: row + 1 });
      return tokenView(found, templateId, session.model.tokenizer, maxLength, learnFrom);
    },
    async lengthStats(args, { signal }) {
      return lengthStats(await encoded.get(args, signal), args.maxLength);
    },
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
  const { rows } = await findDataset(id);
  const { validation } = splitRows(
    Array.from({ length: rows }, (_, row) => row),
    validationSplit,
    seed,
  );
  const found = await Promise.all(validation.slice(0, count).map((row) => readRows(id, row, 1)));
  return found.flat();
}
