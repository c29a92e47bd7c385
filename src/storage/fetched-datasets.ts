import { guarded } from "./database";
import { fileSystemRoot, findFile, findFolder, namesIn, openFolder, removeEntry } from "./file-system";
import { opfsPartialFolder, type PartialFolder } from "./partial-files";

/** Downloaded files of hub datasets, a folder per part, kept until they are imported. */
const SHELF = "fetched-datasets";

/** Marks a folder as complete. */
const DONE = "done";

/** The download folder of a part; deletes those of other parts. */
export async function fetchedFolder(key: string): Promise<PartialFolder> {
  await guarded("download-begin", () => removeAll((name) => name !== key));
  return opfsPartialFolder(key, SHELF);
}

/** A completely downloaded file. */
export async function fetchedFile(key: string, file: number): Promise<File | null> {
  return guarded("download-look", async () => {
    const folder = await findFolder(SHELF, key);
    return folder && findFile(folder, String(file));
  });
}

/** Marks a folder as complete. */
export async function markFetched(key: string): Promise<void> {
  await guarded("download-end", async () => {
    await (await openFolder(SHELF, key)).getFileHandle(DONE, { create: true });
  });
}

/** Deletes complete folders of earlier visits; incomplete ones are kept to be resumed. */
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
