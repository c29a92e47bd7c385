import { importDataset, type ImportOptions } from "../../data/import";
import type { TextEncoding } from "../../lib/problems/dataset-faults";
import type { DatasetSummary } from "../../shared/data";
import { ensureRoom } from "../../storage/quota";
import { readPublicFile } from "../public-files";
import { findSample, sampleId } from "../samples";
import type { Job, JobContext } from "./owner";

/** Reads a file as a dataset. */
export function importDatasetJob(file: File, encoding?: TextEncoding): Job<DatasetSummary> {
  const named = { name: file.name, ...(encoding && { encoding }) };
  return { kind: "import-dataset", run: (context) => read(file, named, context) };
}

/** Reads a dataset that comes with the studio. */
export function importSampleJob(id: string): Job<DatasetSummary> {
  return {
    kind: "import-dataset",
    async run(context) {
      const sample = await findSample(id);
      const source = await readPublicFile(`datasets/${sample.file}`, context.signal);
      const bytes = await source.read(0, source.sizeBytes);
      return read(new Blob([bytes]), { name: sample.title, id: sampleId(id) }, context);
    },
  };
}

async function read(
  file: Blob,
  named: Pick<ImportOptions, "name" | "id" | "encoding">,
  { signal, report }: JobContext,
): Promise<DatasetSummary> {
  // Rows take about what their file takes.
  await ensureRoom("dataset-save", file.size, named.name);
  return importDataset(file, {
    ...named,
    signal,
    onProgress: (done, total) => report({ done, total, unit: "bytes", what: named.name }),
  });
}
