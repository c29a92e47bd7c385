import { exportFiles, exportName } from "../../export/registry";
import { type StreamedFile, streamZip } from "../../formats/zip";
import { cancelled, LuthierError } from "../../lib/errors";
import type { CommandArgs } from "../../protocol/commands";
import type { MadeExport } from "../../shared/exports";
import { savedFolder } from "../../storage/made-files";
import type { EncodedRows } from "../encoded-rows";
import { exportSource, type FoundSource, plannedSource } from "../export-source";
import type { AdapterHost } from "../kept-adapter";
import type { Job, JobContext } from "./owner";

/** Minimum interval of progress messages. */
const REPORT_EVERY_MS = 100;

/**
 * Streams an export of an adapter into the given folder, a file or a zip. Throws if the adapter does not support it,
 * the disk is full, or the zip would be too large.
 */
export function exportJob(
  session: AdapterHost,
  encoded: EncodedRows,
  { id, template, ...wishes }: CommandArgs<"makeExport">[0],
): Job<MadeExport> {
  return {
    kind: "export",
    subject: wishes.exportId,
    run: async (context) => makeExport(await exportSource(session, encoded, id, template), wishes, context),
  };
}

/** As {@link exportJob}, of a run that has not begun. */
export function exportPlanJob(
  session: AdapterHost,
  encoded: EncodedRows,
  { config, name, exportId, folder }: CommandArgs<"exportPlan">[0],
): Job<MadeExport> {
  return {
    kind: "export",
    subject: exportId,
    async run(context) {
      const planned = await plannedSource(session, encoded, config, name, context.signal);
      return makeExport(planned, { exportId, type: null, withOptimizer: false, folder }, context);
    },
  };
}

type Wishes = Omit<CommandArgs<"makeExport">[0], "id" | "template">;

async function makeExport(
  { source, name: base }: FoundSource,
  { exportId, type, withOptimizer, folder }: Wishes,
  context: JobContext,
): Promise<MadeExport> {
  const name = exportName(base, exportId);
  const { kind, files: exported } = await exportFiles(source, exportId, { type, name, withOptimizer });
  const files = withProgress(exported, context);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (folder) {
    for (const file of files) await writeInto(folder, file);
    return { name: folder.name, sizeBytes, archive: null };
  }
  const saved = await savedFolder();
  try {
    const made = await saved.open(sizeBytes);
    const take = (bytes: Uint8Array<ArrayBuffer>): void => made.append(bytes);
    const [file] = files;
    if (kind === "file" && file) {
      for await (const bytes of file.chunks()) take(bytes);
      return { name: file.path, sizeBytes, archive: await made.end() };
    }
    await streamZip(files, take);
    const archive = new Blob([await made.end()], { type: "application/zip" });
    return { name: `${name}.zip`, sizeBytes, archive };
  } catch (error) {
    await saved.discard();
    throw error;
  }
}

/** Wraps files so that they report progress as they are read and stop when the job is cancelled. */
function withProgress(files: readonly StreamedFile[], { signal, report }: JobContext): StreamedFile[] {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  let reportedAt = 0;
  return files.map((file) => ({
    ...file,
    async *chunks() {
      for await (const bytes of file.chunks()) {
        if (signal.aborted) throw cancelled();
        yield bytes;
        done += bytes.length;
        if (performance.now() - reportedAt < REPORT_EVERY_MS && done < total) continue;
        reportedAt = performance.now();
        report({ done, total, what: file.path });
      }
    },
  }));
}

async function writeInto(folder: FileSystemDirectoryHandle, file: StreamedFile): Promise<void> {
  try {
    const path = file.path.split("/");
    let inside = folder;
    for (const part of path.slice(0, -1)) inside = await inside.getDirectoryHandle(part, { create: true });
    const handle = await inside.getFileHandle(path.at(-1) ?? file.path, { create: true });
    const stream = await handle.createWritable();
    try {
      for await (const bytes of file.chunks()) await stream.write(bytes);
      await stream.close();
    } catch (error) {
      await stream.abort();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const { message: reason } = error;
    throw new LuthierError({ code: "file/not-written", path: file.path, reason }, { cause: error });
  }
}
