import type { Page } from "playwright-core";

/** Contents of a profile: digests by name, so that two can be compared. */
export type Inventory = Readonly<Record<string, string>>;

/**
 * Reads everything that the studio stores, from the files and databases themselves: datasets with rows, models,
 * adapters and runs with their bytes, run records, and unreferenced files ("stray").
 */
export function takeInventory(page: Page): Promise<Inventory> {
  return page.evaluate(async () => {
    interface Sheet {
      card?: {
        title?: string;
        name?: string;
        snapshot?: { step: number };
        state?: string;
        steps?: number;
        deletedAt?: number | null;
      };
      files?: Record<string, string>;
    }
    const kept: Record<string, string> = {};
    const records: { id: string; name: string; state: string; text: string }[] = [];
    const digest = async (bytes: ArrayBuffer): Promise<string> => {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    };
    const root = await navigator.storage.getDirectory();

    /** The record of a run, without what differs from one time to the next. */
    const readRecord = async (id: string, folder: FileSystemDirectoryHandle, sheet: Sheet): Promise<void> => {
      const { name = "", state = "", steps = 0, deletedAt = null } = sheet.card ?? {};
      if (deletedAt !== null) return;
      const file = await (await folder.getFileHandle(sheet.files?.details ?? "")).getFile();
      const details = JSON.parse(await file.text()) as { steps: { loss: unknown }[] };
      const losses = new TextEncoder().encode(JSON.stringify(details.steps.map(({ loss }) => loss)));
      const text = `${state}, ${steps} steps, losses ${await digest(losses.buffer as ArrayBuffer)}`;
      records.push({ id, name, state, text });
    };

    const readFolder = async (area: string, id: string, folder: FileSystemDirectoryHandle): Promise<void> => {
      const files: Record<string, string> = {};
      let bytes = 0;
      let sheet: Sheet | null = null;
      for await (const entry of folder.values()) {
        if (entry.kind !== "file") continue;
        const file = await entry.getFile();
        bytes += file.size;
        if (entry.name === "card.json") sheet = JSON.parse(await file.text()) as Sheet;
        else if (!entry.name.endsWith(".crswap")) files[entry.name] = await digest(await file.arrayBuffer());
      }
      const { card } = sheet ?? {};
      if (!card) {
        kept[`${"download.json" in files ? "download" : "stray"} ${area}/${id}`] = `${bytes} bytes`;
        return;
      }
      if (area === "models") {
        kept[`model ${card.title ?? ""}`] = Object.keys(files)
          .sort()
          .map((name) => files[name])
          .join();
        return;
      }
      const named = Object.entries(sheet?.files ?? {}).map(
        ([name, place]) => `${name} ${files[place] ?? "gone"}`,
      );
      if (area === "runs") kept[`run ${id}`] = String(card.snapshot?.step);
      else if (area === "run-records" && sheet) await readRecord(id, folder, sheet);
      else kept[`adapter ${card.name ?? ""}`] = named.sort().join();
    };

    for await (const area of root.values()) {
      if (area.kind === "file") {
        kept[`stray ${area.name}`] = `${(await area.getFile()).size} bytes`;
        continue;
      }
      for await (const entry of area.values()) {
        if (entry.kind === "directory") await readFolder(area.name, entry.name, entry);
        else kept[`stray ${area.name}/${entry.name}`] = `${(await entry.getFile()).size} bytes`;
      }
    }

    for (const { id, name, state, text } of records) {
      // Cut off before it was first kept, it cannot be gone on with; another may have its name.
      const isOver = state === "running" && !(`run ${id}` in kept);
      kept[`${isOver ? "cut off" : "record"} ${name}`] = text;
    }

    const names = (await indexedDB.databases()).map(({ name }) => name);
    if (!names.includes("luthier-rows")) return kept;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("luthier-rows");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("no rows"));
    });
    const all = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("not read"));
      });
    try {
      const chunks = database.transaction("chunks").objectStore("chunks");
      const [keys, values] = await Promise.all([all(chunks.getAllKeys()), all(chunks.getAll())]);
      const rows = new Map<string, unknown[]>();
      for (const [index, key] of (keys as [string, string | number][]).entries()) {
        const [first, part] = key;
        if (typeof part === "number") rows.set(first, [...(rows.get(first) ?? []), values[index]]);
      }
      for (const [index, key] of (keys as [string, string | number][]).entries()) {
        if (key[0] !== "dataset") continue;
        const { chunksId, summary } = values[index] as {
          chunksId: string;
          summary: { name: string; rows: number };
        };
        const text = JSON.stringify(rows.get(chunksId) ?? "gone");
        kept[`dataset ${summary.name}`] =
          `${summary.rows} rows ${await digest(new TextEncoder().encode(text).buffer as ArrayBuffer)}`;
        rows.delete(chunksId);
      }
      for (const [chunksId, list] of rows) kept[`stray rows ${chunksId}`] = `${list.length} chunks`;
    } finally {
      database.close();
    }
    return kept;
  });
}
