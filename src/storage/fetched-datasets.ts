import { guarded } from "./database";
import { fileSystemRoot, findFile, findFolder, namesIn, openFolder, removeEntry } from "./file-system";
import { opfsPartialFolder, type PartialFolder } from "./partial-files";

/** Files of datasets from a hub, a folder for each part, until their rows are read. */
const SHELF = "fetched-datasets";

/** Marks a folder of which all files are here. */
const DONE = "done";

/** The folder in which the files of a part grow; those of others go. */
export async function fetchedFolder(key: string): Promise<PartialFolder> {
  await guarded("download-begin", () => removeAll((name) => name !== key));
  return opfsPartialFolder(key, SHELF);
}

/** A file that is here whole. */
export async function fetchedFile(key: string, file: number): Promise<File | null> {
  return guarded("download-look", async () => {
    const folder = await findFolder(SHELF, key);
    return folder && findFile(folder, String(file));
  });
}

/** Notes that nothing more is to come into a folder. */
export async function markFetched(key: string): Promise<void> {
  await guarded("download-end", async () => {
    await (await openFolder(SHELF, key)).getFileHandle(DONE, { create: true });
  });
}

/** Clears away what earlier visits fetched whole; what broke off stays, to go on from. */
export async function clearFetched(): Promise<void> {
  await guarded("download-discard", async () => {
    const shelf = (await fileSystemRoot()) && (await findFolder(SHELF));
    for (const name of shelf ? await namesIn(shelf) : []) {
      const folder = await findFolder(SHELF, name);
      if (shelf && folder && (await findFile(folder, DONE))) await removeEntry(shelf, name);
    }
  });
}

async function removeAll(isOld: (name: string) => boolean): Promise<void> {
  const shelf = await openFolder(SHELF);
  for (const name of await namesIn(shelf)) if (isOld(name)) await removeEntry(shelf, name);
}
