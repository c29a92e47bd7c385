import type { Orphan } from "../protocol/commands";
import { adapterSizes, deleteAdapter, listAllAdapters } from "../storage/adapters";
import { listAllRuns, runSizes } from "../storage/checkpoints";
import { deleteUnknownFolder, listModels, unknownFolders } from "../storage/models";
import { builtInModels } from "./built-in";
import { discardRun } from "./run-progress";

/** Stored items without a model: adapters and runs of deleted models, and unknown files. */
export async function listOrphans(): Promise<Orphan[]> {
  const [kept, builtIn] = await Promise.all([listModels(), builtInModels()]);
  const models = new Set([...kept, ...builtIn].map(({ id }) => id));
  const isOrphan = ({ modelId }: { modelId: string }): boolean => !models.has(modelId);
  const [adapters, bytes] = [(await listAllAdapters()).filter(isOrphan), await adapterSizes()];
  const [runs, runBytes] = [(await listAllRuns()).filter(isOrphan), await runSizes()];
  return [
    ...adapters.map(({ id, name, savedAt, sizeBytes }): Orphan => {
      return { kind: "adapter", id, name, savedAt, sizeBytes: bytes.get(id) ?? sizeBytes };
    }),
    ...runs.map(({ adapter: { id, name }, savedAt }): Orphan => {
      return { kind: "run", id, name, savedAt, sizeBytes: runBytes.get(id) ?? 0 };
    }),
    ...(await unknownFolders()).map(({ folder, sizeBytes }): Orphan => {
      return { kind: "files", id: folder, name: null, savedAt: null, sizeBytes };
    }),
  ];
}

/** Deletes an item of {@link listOrphans}, if it still exists. */
export async function deleteOrphan({ kind, id }: Pick<Orphan, "kind" | "id">): Promise<void> {
  if (kind === "adapter") await deleteAdapter(id);
  else if (kind === "run") await discardRun(id);
  else await deleteUnknownFolder(id);
}
