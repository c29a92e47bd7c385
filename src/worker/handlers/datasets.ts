import { splitRows } from "../../data/batch/split";
import { lengthStats } from "../../data/encode/length-stats";
import { tokenView } from "../../data/encode/token-view";
import { importDataset, type ImportOptions } from "../../data/import";
import { LuthierError } from "../../lib/errors";
import type { DatasetSummary, Row, SampleDataset } from "../../spec/data";
import { deleteDataset, findDataset, listDatasets, readRows, removeLeftovers } from "../../storage/datasets";
import type { EncodedRows } from "../encoded-rows";
import { readPublicFile, readPublicJson } from "../public-files";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "listDatasets"
  | "listSamples"
  | "importDataset"
  | "importSample"
  | "cancelImport"
  | "deleteDataset"
  | "datasetRows"
  | "heldOutRows"
  | "tokenView"
  | "lengthStats";

/** An entry of public/datasets/index.json. */
interface SampleEntry extends SampleDataset {
  readonly heldout: string;
}

/** Datasets: import, look, delete. Everything here works without a GPU. */
export function datasetHandlers(session: Session, encoded: EncodedRows): Pick<Handlers, Names> {
  let importing: AbortController | null = null;
  const runImport = async (
    file: Blob,
    name: string,
    { id, encoding }: Pick<ImportOptions, "id" | "encoding"> = {},
  ): Promise<DatasetSummary> => {
    importing?.abort();
    const controller = new AbortController();
    importing = controller;
    try {
      return await importDataset(file, {
        name,
        signal: controller.signal,
        onProgress: (done, total) =>
          session.emit("importProgress", { done, total, unit: "bytes", what: name }),
        ...(id && { id }),
        ...(encoding && { encoding }),
      });
    } finally {
      if (importing === controller) importing = null;
    }
  };
  return {
    async listDatasets() {
      await removeLeftovers();
      return listDatasets();
    },
    listSamples: () => samples(),
    importDataset: ({ file, encoding }) => runImport(file, file.name, encoding ? { encoding } : {}),
    async importSample({ id }) {
      const sample = await findSample(id);
      const source = await readPublicFile(`datasets/${sample.file}`);
      const bytes = await source.read(0, source.sizeBytes);
      return runImport(new Blob([bytes]), sample.title, { id: sampleId(id) });
    },
    cancelImport: () => importing?.abort(),
    async deleteDataset({ id }) {
      encoded.clear();
      await deleteDataset(id);
    },
    datasetRows: ({ id, offset, count }) => readRows(id, offset, count),
    heldOutRows: (args) => heldOutRows(args),
    async tokenView({ datasetId, row, templateId, maxLength }) {
      const [found] = await readRows(datasetId, row, 1);
      if (!found) throw new LuthierError({ code: "data/no-such-row", row: row + 1 });
      return tokenView(found, templateId, session.model.tokenizer, maxLength);
    },
    async lengthStats(args) {
      return lengthStats(await encoded.get(args), args.maxLength);
    },
  };
}

/** Samples keep one id, so that a second import replaces the first. */
function sampleId(id: string): string {
  return `sample-${id}`;
}

function samples(): Promise<readonly SampleEntry[]> {
  return readPublicJson("datasets/index.json");
}

async function findSample(id: string): Promise<SampleEntry> {
  const sample = (await samples()).find((entry) => entry.id === id);
  if (!sample) throw new LuthierError("data", `There is no sample dataset ${id}.`, "Choose one of the list.");
  return sample;
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
