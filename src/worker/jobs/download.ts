import { describeModel } from "../../engine/models/registry";
import { parameterCount } from "../../engine/nn/model-spec";
import { blobSource, readText } from "../../formats/byte-source";
import { contentId } from "../../formats/content-id";
import { parseEndpoint, parseToken } from "../../hub/address";
import { downloadModel } from "../../hub/download-model";
import { LuthierError } from "../../lib/errors";
import { newId } from "../../lib/id";
import { checkModelSizes } from "../../formats/model-sizes";
import { parseJsonObject } from "../../lib/json";
import type { HubRequest } from "../../protocol/hub-commands";
import type { HubAddress, HubFile } from "../../shared/hub";
import type { ModelCard } from "../../shared/model";
import {
  describeDownload,
  discardDownload,
  type DownloadRecord,
  findDownload,
  forgetDownload,
  listDownloads,
  saveDownload,
} from "../../storage/downloads";
import { rememberedToken } from "../../storage/hub-tokens";
import { fileStores } from "../../storage/model-files";
import { keepFolder } from "../../storage/models";
import { canKeepPartialFiles, opfsPartialFolder } from "../../storage/partial-files";
import { ensureSpace } from "../../storage/quota";
import { askHub } from "../hub-offer";
import type { Job, JobContext } from "./owner";

/** Minimum interval of progress messages. */
const REPORT_MS = 100;

/** Downloads one variant of a repository into the library, resuming an earlier attempt if there is one. */
export function downloadJob(request: HubRequest & { choiceId: string }): Job<ModelCard> {
  return {
    kind: "download",
    async run(context) {
      await checkCanKeep();
      const { repository, choices, token } = await askHub(request, context.signal);
      const choice = choices.find(({ id }) => id === request.choiceId);
      if (!choice) {
        const { repository: name } = repository.address;
        throw new LuthierError({ code: "model/choice-gone", repository: name, choice: request.choiceId });
      }
      const { address, commit, license } = repository;
      const record = (await findBegun(address, commit, choice.id)) ?? {
        id: newId(),
        folder: newId(),
        startedAt: Date.now(),
        address,
        commit,
        license,
        choiceId: choice.id,
        files: choice.files,
      };
      await saveDownload(record);
      return fetchModel(record, { ...context, token });
    },
  };
}

/** Resumes a download that was cancelled or interrupted. A token typed for another endpoint is not used. */
export function resumeDownloadJob(id: string, typed: { endpoint: string; token: string }): Job<ModelCard> {
  return {
    kind: "download",
    async run(context) {
      await checkCanKeep();
      const record = await findDownload(id);
      const { endpoint } = record.address;
      const isForThis = typed.token !== "" && parseEndpoint(typed.endpoint) === endpoint;
      const token = (isForThis && parseToken(typed.token, endpoint)) || (await rememberedToken(endpoint));
      return fetchModel(record, { ...context, token });
    },
  };
}

/** Finds an unfinished download of the same files. */
async function findBegun(
  address: HubAddress,
  commit: string,
  choiceId: string,
): Promise<DownloadRecord | undefined> {
  return (await listDownloads()).find(
    (record) =>
      record.commit === commit &&
      record.choiceId === choiceId &&
      record.address.endpoint === address.endpoint &&
      record.address.repository === address.repository,
  );
}

/** What a download runs with. */
interface Access extends JobContext {
  /** "" for anonymous access. */
  readonly token: string;
}

/**
 * Fetches the remaining files of a download and adds the model to the library.
 * @throws LuthierError "network", "storage" or "cancelled": the download can be resumed; "model" if the studio cannot
 * train this model, which is detected before the weights are fetched, and discards the download
 */
async function fetchModel(record: DownloadRecord, access: Access): Promise<ModelCard> {
  const { doneBytes, totalBytes } = await describeDownload(record);
  await ensureSpace("model-keep", totalBytes - doneBytes, record.address.repository);
  try {
    const known = await fetchFiles(record, access);
    return await keep(record, known);
  } catch (error) {
    if (error instanceof LuthierError && error.code === "model") await discardDownload(record.id);
    throw error;
  }
}

/** Checks that storage is available. Throws LuthierError("storage"). */
async function checkCanKeep(): Promise<void> {
  if (await canKeepPartialFiles()) return;
  throw new LuthierError({ code: "storage/no-files" });
}

/** Facts read from config.json. */
type Known = Pick<ModelCard, "family" | "parameters">;

async function fetchFiles(record: DownloadRecord, { token, signal, report }: Access): Promise<Known> {
  const { repository } = record.address;
  let known: Known = { family: "GGUF", parameters: 0 };
  const reporter = reportProgress(report, repository);
  try {
    await downloadModel(record, opfsPartialFolder(record.folder), {
      token,
      signal,
      onProgress: reporter.take,
      onWait: reporter.wait,
      async onFile(file, index) {
        // Free space may have shrunk since the download began.
        const { doneBytes, totalBytes } = await describeDownload(record);
        await ensureSpace("model-keep", totalBytes - doneBytes, repository);
        if (file.path === "config.json") known = await readConfig(record, index);
      },
    });
  } finally {
    reporter.end();
  }
  return known;
}

/** Throttles progress messages, but always sends the last one. */
function reportProgress(report: JobContext["report"], what: string) {
  let last = { done: 0, total: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (waitingMs: number | null): void => {
    clearTimeout(timer);
    timer = undefined;
    report({ ...last, unit: "bytes", what, waitingMs });
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

async function readConfig({ folder, address, files }: DownloadRecord, index: number): Promise<Known> {
  const source = blobSource(`${address.repository}/config.json`, await fileStores.opfs.open(folder, index));
  const config = parseJsonObject(await readText(source), source.name);
  checkModelSizes(config, {
    bytes: files.reduce((sum: number, { sizeBytes }: HubFile) => sum + sizeBytes, 0),
  });
  const spec = describeModel(config);
  return { family: spec.family, parameters: parameterCount(spec) };
}

async function keep(record: DownloadRecord, known: Known): Promise<ModelCard> {
  const { address, commit, files, folder, license, choiceId } = record;
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
  await forgetDownload(record);
  return card;
}

/** A repository can hold several GGUF files, so the title includes the file's name. */
function titleOf(repository: string, choiceId: string): string {
  return choiceId === "safetensors" ? repository : `${repository} (${choiceId.split("/").at(-1) ?? ""})`;
}
