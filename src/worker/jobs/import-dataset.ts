import { importDataset, type ImportOptions } from "../../data/import";
import type { NamedFile } from "../../data/read/read-files";
import type { DatasetSummary } from "../../shared/data";
import { ensureSpace } from "../../storage/quota";
import { readPublicFile } from "../public-files";
import { findSample, sampleId } from "../samples";
import type { Job, JobContext } from "./owner";

/** Imports files as one dataset. */
export function importDatasetJob(
  files: readonly File[],
  options: Omit<ImportOptions, "signal" | "onProgress">,
): Job<DatasetSummary> {
  const named = files.map((file) => ({ name: file.name, bytes: file }));
  return { kind: "import-dataset", run: (context) => read(named, options, context) };
}

/** Imports a sample dataset. */
export function importSampleJob(id: string, name: string): Job<DatasetSummary> {
  return {
    kind: "import-dataset",
    async run(context) {
      const sample = await findSample(id);
      const source = await readPublicFile(`datasets/${sample.file}`, context.signal);
      const bytes = await source.read(0, source.sizeBytes);
      const file = { name: sample.file, bytes: new Blob([bytes]) };
      return read([file], { name, id: sampleId(id) }, context);
    },
  };
}

async function read(
  files: readonly NamedFile[],
  options: Omit<ImportOptions, "signal" | "onProgress">,
  { signal, report }: JobContext,
): Promise<DatasetSummary> {
  // Stored rows take about as much space as their files.
  const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.size, 0);
  await ensureSpace("dataset-save", sizeBytes, options.name);
  return importDataset(files, {
    ...options,
    signal,
    onProgress: (done, total) => report({ done, total, unit: "bytes", what: options.name }),
  });
}
