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
import { ensureRoom } from "../../storage/quota";
import { askHub } from "../hub-offer";
import type { Job, JobContext } from "./owner";
import { reportProgress } from "./report-progress";

/** Downloads one of a repository's forms as a model of the library, going on from where an earlier attempt ended. */
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

/** Goes on with a download that was cancelled or broke off; a token typed for another endpoint stays out of it. */
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

/** An unfinished download of the same bytes. */
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

/** What a download is made with. */
interface Access extends JobContext {
  /** "" asks as anybody may. */
  readonly token: string;
}

/**
 * Fetches what is missing of a download, and makes it a model of the library.
 * @throws LuthierError("network", "storage" or "cancelled"): the download can go on; "model" when the studio cannot
 *   train this model, found out before its weights are fetched: nothing of it is kept then
 */
async function fetchModel(record: DownloadRecord, access: Access): Promise<ModelCard> {
  const { doneBytes, totalBytes } = await describeDownload(record);
  await ensureRoom("model-keep", totalBytes - doneBytes, record.address.repository);
  try {
    const known = await fetchFiles(record, access);
    return await keep(record, known);
  } catch (error) {
    if (error instanceof LuthierError && error.code === "model") await discardDownload(record.id);
    throw error;
  }
}

/** Refuses to begin where nothing could be kept. Errors: LuthierError("storage"). */
async function checkCanKeep(): Promise<void> {
  if (await canKeepPartialFiles()) return;
  throw new LuthierError({ code: "storage/no-files" });
}

/** What config.json says of a model. */
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
        // Others may have taken what there was at the beginning.
        const { doneBytes, totalBytes } = await describeDownload(record);
        await ensureRoom("model-keep", totalBytes - doneBytes, repository);
        if (file.path === "config.json") known = await readConfig(record, index);
      },
    });
  } finally {
    reporter.end();
  }
  return known;
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

/** A GGUF is one of several in its repository: its own name tells which. */
function titleOf(repository: string, choiceId: string): string {
  return choiceId === "safetensors" ? repository : `${repository} (${choiceId.split("/").at(-1) ?? ""})`;
}
