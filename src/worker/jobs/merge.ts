import { mergedFiles } from "../../export/merged";
import { streamZip, type StreamedFile } from "../../formats/zip";
import { cancelled, LuthierError } from "../../lib/errors";
import type { MergedModel } from "../../protocol/commands";
import type { ActiveModel } from "../active";
import { type AdapterHost, readAdapter } from "../kept-adapter";
import type { Job, JobContext } from "./owner";

/** Progress is told at most this often. */
const REPORT_EVERY_MS = 100;

/**
 * Makes the loaded model's folder with an adapter in its weights, tensor by tensor: into `target`, or as a zip.
 * Errors: the method does not merge; a full disk; more than a zip can hold.
 */
export function mergeJob(
  session: AdapterHost,
  id: string,
  target: FileSystemDirectoryHandle | null,
): Job<MergedModel> {
  return { kind: "merge", run: (context) => merge(session, id, target, context) };
}

async function merge(
  session: AdapterHost,
  id: string,
  target: FileSystemDirectoryHandle | null,
  context: JobContext,
): Promise<MergedModel> {
  const { model } = session;
  const { adapter, values, summary } = await readAdapter(session, id);
  const { config } = model.folder;
  const source = { model: model.engine, config, adapter, parameters: values, others: otherFiles(model) };
  const files = watched(mergedFiles(source), context);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const name = `${model.summary.title}-${summary.name}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  if (target) {
    for (const file of files) await writeInto(target, file);
    return { name: target.name, sizeBytes, archive: null };
  }
  const parts: Blob[] = [];
  // Every piece becomes a blob at once, which the browser may put on disk.
  await streamZip(files, (bytes) => parts.push(new Blob([bytes])));
  return { name: `${name}-merged.zip`, sizeBytes, archive: new Blob(parts, { type: "application/zip" }) };
}

/** The files that report how far they are as their bytes are taken, and end when the person asks for it. */
function watched(files: readonly StreamedFile[], { signal, report }: JobContext): StreamedFile[] {
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
        report({ done, total, unit: "bytes", what: file.path });
      }
    },
  }));
}

async function writeInto(folder: FileSystemDirectoryHandle, file: StreamedFile): Promise<void> {
  try {
    const handle = await folder.getFileHandle(file.path, { create: true });
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

/** What goes along as the base has it. */
function otherFiles({ folder }: ActiveModel): Map<string, Uint8Array<ArrayBuffer>> {
  const { tokenizer, config, chatTemplate } = folder.tokenizer;
  const objects = {
    "tokenizer.json": tokenizer,
    "tokenizer_config.json": config,
    "generation_config.json": folder.generationConfig,
  };
  const texts = Object.entries(objects).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, JSON.stringify(value, null, 2)]],
  );
  if (chatTemplate !== null) texts.push(["chat_template.jinja", chatTemplate]);
  return new Map(texts.map(([name, text]) => [name, new TextEncoder().encode(text)]));
}
