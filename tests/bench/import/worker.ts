import { importDataset } from "../../../src/data/import";
import { deleteDataset } from "../../../src/storage/datasets";

/** Measurements of one import. */
export interface ImportResult {
  readonly rows: number;
  readonly elapsedMs: number;
}

self.onmessage = async ({ data: file }: MessageEvent<Blob>): Promise<void> => {
  const started = performance.now();
  const { id, rows } = await importDataset([{ name: "generated.json", bytes: file }], { name: "generated" });
  const elapsedMs = performance.now() - started;
  await deleteDataset(id);
  self.postMessage({ rows, elapsedMs } satisfies ImportResult);
};
