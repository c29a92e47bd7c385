import { describeModel, families } from "../engine/models/registry";
import { parameterCount } from "../engine/nn/model-spec";
import { blobSource } from "../formats/byte-source";
import { contentId } from "../formats/content-id";
import { downloadModel } from "../hub/download-model";
import { LuthierError } from "../lib/errors";
import { parseJsonObject } from "../lib/json";
import type { HubFile } from "../spec/hub";
import type { ModelCard } from "../spec/model";
import { type RecommendedModel, recommendedModels } from "../spec/recommended-models";
import { describeDownload, discardDownload, type DownloadRecord, forgetDownload } from "../storage/downloads";
import { fileStores } from "../storage/model-files";
import { keepFolder } from "../storage/models";
import { canKeepPartialFiles, opfsPartialFolder } from "../storage/partial-files";
import { ensureRoom } from "../storage/quota";
import type { Session } from "./session";

/** Milliseconds between messages about progress. */
const REPORT_MS = 100;

/** Well-known models that this engine can train. */
export function trainableRecommendations(): RecommendedModel[] {
  return recommendedModels.filter(({ family }) => Object.hasOwn(families, family));
}

/**
 * Fetches what is missing of a download, and makes it a model of the library.
 * @throws LuthierError("network", "storage" or "cancelled"): the download can go on; "model" when the studio cannot
 *   train this model, found out before its weights are fetched: nothing of it is kept then
 */
export async function fetchModel(
  session: Session,
  record: DownloadRecord,
  access: { token: string; signal: AbortSignal },
): Promise<ModelCard> {
  const { doneBytes, totalBytes } = await describeDownload(record);
  await ensureRoom("model-keep", totalBytes - doneBytes, record.address.repository);
  try {
    const known = await fetchFiles(session, record, access);
    return await keep(record, known);
  } catch (error) {
    if (error instanceof LuthierError && error.code === "model") await discardDownload(record.id);
    throw error;
  }
}

/** Refuses to begin where nothing could be kept. Errors: LuthierError("storage"). */
export async function checkCanKeep(): Promise<void> {
  if (await canKeepPartialFiles()) return;
  throw new LuthierError({ code: "storage/no-files" });
}

/** What config.json says of a model. */
type Known = Pick<ModelCard, "family" | "parameters">;

async function fetchFiles(
  session: Session,
  record: DownloadRecord,
  access: { token: string; signal: AbortSignal },
): Promise<Known> {
  const { repository } = record.address;
  let known: Known = { family: "GGUF", parameters: 0 };
  const reporter = reportProgress(session, repository);
  try {
    await downloadModel(record, opfsPartialFolder(record.folder), {
      ...access,
      onProgress: reporter.take,
      onWait: reporter.wait,
      async onFile(file, index) {
        if (file.path === "config.json") known = await readConfig(record, index);
      },
    });
  } finally {
    reporter.end();
  }
  return known;
}

/** Tells the page how far a download is: not with every piece, but always of the last one too. */
function reportProgress(session: Session, what: string) {
  let last = { done: 0, total: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (waitingMs: number | null): void => {
    clearTimeout(timer);
    timer = undefined;
    session.emit("downloadProgress", { ...last, unit: "bytes", what, waitingMs });
  };
  return {
    take(done: number, total: number): void {
      last = { done, total };
      timer ??= setTimeout(send, REPORT_MS, null);
    },
    wait: (ms: number): void => send(ms),
    end: (): void => send(null),
  };
}

async function readConfig({ folder, address }: DownloadRecord, index: number): Promise<Known> {
  const text = await (await fileStores.opfs.open(folder, index)).text();
  const spec = describeModel(parseJsonObject(text, `${address.repository}/config.json`));
  return { family: spec.family, parameters: parameterCount(spec) };
}

async function keep(record: DownloadRecord, known: Known): Promise<ModelCard> {
  const { id, address, commit, files, folder, license, choiceId } = record;
  const names = files.map(({ path }) => path);
  const sources = await Promise.all(
    names.map(async (name, index) => blobSource(name, await fileStores.opfs.open(folder, index))),
  );
  const card: ModelCard = {
    id: `model-${await contentId(sources)}`,
    title: titleOf(address.repository, choiceId),
    source: "hub",
    ...known,
    sizeBytes: files.reduce((sum: number, { sizeBytes }: HubFile) => sum + sizeBytes, 0),
    license,
    origin: { ...address, commit },
  };
  await keepFolder(card, folder, names);
  await forgetDownload(id);
  return card;
}

/** A GGUF is one of several in its repository: its own name tells which. */
function titleOf(repository: string, choiceId: string): string {
  return choiceId === "safetensors" ? repository : `${repository} (${choiceId.split("/").at(-1) ?? ""})`;
}
