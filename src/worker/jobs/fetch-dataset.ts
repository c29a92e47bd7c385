import { parquetRowCount } from "../../data/read/containers/parquet";
import { parseDatasetAddress, parseToken } from "../../hub/address";
import { choosePart } from "../../hub/choose-part";
import { downloadModel } from "../../hub/download-model";
import { type HubRepository, listRepository } from "../../hub/list-repository";
import { LuthierError } from "../../lib/errors";
import type { FetchedDataset, HubDatasetRequest } from "../../protocol/hub-commands";
import { fetchedFile, fetchedFolder, markFetched } from "../../storage/fetched-datasets";
import { rememberedToken, rememberToken } from "../../storage/hub-tokens";
import { canKeepPartialFiles } from "../../storage/partial-files";
import { ensureSpace } from "../../storage/quota";
import type { Job, JobContext } from "./owner";
import { reportProgress } from "./report-progress";

/** Downloads the Parquet files of a hub dataset, resuming an earlier attempt, up to the requested number of rows. */
export function fetchDatasetJob(request: HubDatasetRequest): Job<FetchedDataset> {
  return { kind: "fetch-dataset", run: (context) => fetchDataset(request, context) };
}

async function fetchDataset(
  { repository: typed, endpoint, token: typedToken, rememberToken: remembers, ...wanted }: HubDatasetRequest,
  { signal, report }: JobContext,
): Promise<FetchedDataset> {
  if (!(await canKeepPartialFiles())) throw new LuthierError({ code: "storage/no-files" });
  const address = parseDatasetAddress(typed, endpoint);
  const own = parseToken(typedToken, address.endpoint);
  const token = own || (await rememberedToken(address.endpoint));
  const repository = await listParquet(address, { token, signal });
  if (own !== "" && remembers) await rememberToken(address.endpoint, own);
  const { commit } = repository;
  const { config, split, files } = choosePart(repository, wanted);
  const key = [commit, config, split].map((part) => part.replace(/[^\w-]/g, "_")).join(".");
  const name = `${address.repository} (${[config, split].join(", ")})`;
  const folder = await fetchedFolder(key);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (wanted.rows === null) await ensureSpace("dataset-save", totalBytes, name);
  const reporter = reportProgress(report, name);
  const fetched: File[] = [];
  let rows = 0;
  try {
    await downloadModel({ address, commit, files }, folder, {
      token,
      signal,
      onProgress: reporter.take,
      onWait: reporter.wait,
      async onFile({ path }, index) {
        const file = await fetchedFile(key, index);
        if (!file) throw new LuthierError({ code: "data/file-gone", name: path });
        fetched.push(new File([file], path.split("/").at(-1) ?? path));
        if (wanted.rows !== null) rows += await parquetRowCount(file, path);
      },
      isEnough: () => wanted.rows !== null && rows >= wanted.rows,
    });
  } finally {
    reporter.end();
  }
  await markFetched(key);
  return { name, files: fetched };
}

async function listParquet(
  address: HubRepository["address"],
  access: { token: string; signal: AbortSignal },
): Promise<HubRepository> {
  try {
    return await listRepository(address, access);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.problem.code !== "network/no-revision") throw error;
    const { repository } = address;
    throw new LuthierError({ code: "data/no-parquet-on-hub", repository }, { cause: error });
  }
}
