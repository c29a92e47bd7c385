import { LuthierError } from "../lib/errors";
import type { DatasetPart, HubFile } from "../shared/hub";
import type { HubRepository } from "./list-repository";

/** Files of a part, in order. */
export interface PartFiles extends DatasetPart {
  readonly files: readonly HubFile[];
}

/** Hubs convert only the beginning of a large dataset, into folders with this prefix. */
const PARTIAL = "partial-";

/** Preferred config and split. */
const USUAL: DatasetPart = { config: "default", split: "train" };

/**
 * Chooses the Parquet files of a part of a dataset. An unspecified config or split defaults to the preferred one, or
 * else the first.
 * @throws LuthierError listing the available parts if there is no such one
 */
export function choosePart({ address, files }: HubRepository, { config, split }: DatasetPart): PartFiles {
  const parts = partsOf(files);
  const { repository } = address;
  if (parts.length === 0) throw new LuthierError({ code: "data/no-parquet-on-hub", repository });
  const configs = [...new Set(parts.map((part) => part.config))];
  const chosen = choose(config, configs, USUAL.config);
  const ofConfig = parts.filter((part) => part.config === chosen);
  if (chosen === null || ofConfig.length === 0)
    throw new LuthierError({ code: "data/no-such-config", repository, config, offered: configs });
  const splits = ofConfig.map((part) => part.split);
  const found = ofConfig.find((part) => part.split === choose(split, splits, USUAL.split));
  if (found) return found;
  throw new LuthierError({ code: "data/no-such-split", repository, config: chosen, split, offered: splits });
}

function choose(asked: string, offered: readonly string[], usual: string): string | null {
  if (asked !== "") return offered.includes(asked) ? asked : null;
  return offered.includes(usual) ? usual : (offered[0] ?? null);
}

/** Nested folders: configs, their splits, and numbered files in each. */
function partsOf(files: readonly HubFile[]): PartFiles[] {
  const parts = new Map<string, PartFiles>();
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const [config, folder, name, ...deeper] = file.path.split("/");
    if (config === undefined || folder === undefined || deeper.length > 0) continue;
    if (!name?.endsWith(".parquet")) continue;
    const split = folder.startsWith(PARTIAL) ? folder.slice(PARTIAL.length) : folder;
    const key = JSON.stringify([config, split]);
    parts.set(key, { config, split, files: [...(parts.get(key)?.files ?? []), file] });
  }
  return [...parts.values()];
}
