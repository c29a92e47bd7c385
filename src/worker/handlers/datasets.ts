import { splitRows } from "../../data/batch/split";
import { lengthStats } from "../../data/encode/length-stats";
import { tokenView } from "../../data/encode/token-view";
import { LuthierError } from "../../lib/errors";
import type { Row } from "../../shared/data";
import { findDataset, listDatasets, readRows, removeLeftovers } from "../../storage/datasets";
import type { EncodedRows } from "../encoded-rows";
import { deleteDatasetJob } from "../jobs/delete-dataset";
import { importDatasetJob, importSampleJob } from "../jobs/import-dataset";
import type { JobOwner } from "../jobs/owner";
import { readPublicJson } from "../public-files";
import { sampleId, samples } from "../samples";
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

/** Datasets: import, look, delete. Everything here works without a GPU. */
export function datasetHandlers(
  owner: JobOwner,
  session: Pick<Session, "model">,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  return {
    async listDatasets() {
      await removeLeftovers();
      return listDatasets();
    },
    listSamples: () => samples(),
    importDataset: ({ file, encoding }, call) => owner.run(importDatasetJob(file, encoding), call),
    importSample: ({ id }, call) => owner.run(importSampleJob(id), call),
    deleteDataset: ({ id }, call) => owner.run(deleteDatasetJob(encoded, id), call),
    datasetRows: ({ id, offset, count }) => readRows(id, offset, count),
    heldOutRows: (args) => heldOutRows(args),
    async tokenView({ datasetId, row, templateId, maxLength }) {
      const [found] = await readRows(datasetId, row, 1);
      if (!found) throw new LuthierError({ code: "data/no-such-row", row: row + 1 });
      return tokenView(found, templateId, session.model.tokenizer, maxLength);
    },
    async lengthStats(args, { signal }) {
      return lengthStats(await encoded.get(args, signal), args.maxLength);
    },
  };
}

/** A prompt of a sample's held-out file; `check` is for the tests of the built-in model. */
interface HeldOutPrompt {
  readonly instruction: string;
  readonly input?: string;
  readonly output?: string;
}

async function heldOutRows({
  id,
  validationSplit,
  seed,
  count,
}: {
  id: string;
  validationSplit: number;
  seed: number;
  count: number;
}): Promise<Row[]> {
  const sample = (await samples()).find((entry) => sampleId(entry.id) === id);
  if (sample) {
    const prompts = await readPublicJson<readonly HeldOutPrompt[]>(`datasets/${sample.heldout}`);
    const own = sample.suggestions.map((instruction) =>
      prompts.find((prompt) => prompt.instruction === instruction),
    );
    const rows = [...own, ...prompts].filter((prompt) => prompt !== undefined);
    return [...new Set(rows)]
      .slice(0, count)
      .map(({ instruction, input = "", output = "" }) => ({ instruction, input, output }));
  }
  const { rows } = await findDataset(id);
  const { validation } = splitRows(
    Array.from({ length: rows }, (_, row) => row),
    validationSplit,
    seed,
  );
  const found = await Promise.all(validation.slice(0, count).map((row) => readRows(id, row, 1)));
  return found.flat();
}
