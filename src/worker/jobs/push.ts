import { exportFiles } from "../../export/registry";
import { commitTitle } from "../../export/english/titles";
import type { StreamedFile } from "../../formats/zip";
import { hubName, parseAddress, parseToken } from "../../hub/address";
import { pushFiles } from "../../hub/push/push-files";
import { cancelled, LuthierError } from "../../lib/errors";
import type { CommandArgs, CommandResult } from "../../protocol/commands";
import type { HubAddress } from "../../shared/hub";
import { rememberedToken, rememberToken } from "../../storage/hub-tokens";
import { type MadeFolder, madeFolder } from "../../storage/made-files";
import type { EncodedRows } from "../encoded-rows";
import { exportSource } from "../export-source";
import type { AdapterHost } from "../kept-adapter";
import type { Job, JobContext } from "./owner";
import { reportProgress } from "./report-progress";

/** Work that may start once the files are made: uploading needs neither the model nor its adapters. */
const NOT_NEEDED = [
  "load-model",
  "delete-model",
  "train",
  "export",
  "import-adapter",
  "edit-library",
] as const;

type PushArgs = CommandArgs<"pushToHub">[0];

/** Publishes an adapter or its merged model in a repository of a hub. */
export function pushJob(
  session: AdapterHost,
  encoded: EncodedRows,
  args: PushArgs,
): Job<CommandResult<"pushToHub">> {
  return { kind: "push", run: (context) => push(session, encoded, args, context) };
}

async function push(
  session: AdapterHost,
  encoded: EncodedRows,
  { id, exportId, type, template, isPrivate, asPullRequest, ...asked }: PushArgs,
  { signal, report, admit }: JobContext,
): Promise<CommandResult<"pushToHub">> {
  const { address, token, typed } = await addressOf(asked);
  const { source, name } = await exportSource(session, encoded, id, template);
  const { files: made } = await exportFiles(source, exportId, { type, name, withOptimizer: false });
  const reporter = reportProgress(report, address.repository);
  const folder = madeFolder();
  try {
    // Each file is read twice, for its checksum and for its upload.
    const files = await makeAll(made, folder, signal, reporter.take);
    for (const kind of NOT_NEEDED) admit(kind);
    const { url, created } = await pushFiles(
      { address, isPrivate, asPullRequest, title: commitTitle(source.adapterName), files },
      { token, signal, onProgress: reporter.take, onWait: reporter.wait },
    );
    if (typed && asked.rememberToken) await rememberToken(address.endpoint, token);
    return { url, created, sizeBytes: made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  } finally {
    reporter.end();
    await folder.discard();
  }
}

async function addressOf({
  repository,
  endpoint,
  token: typedToken,
}: Pick<PushArgs, "repository" | "endpoint" | "token">): Promise<{
  readonly address: HubAddress;
  readonly token: string;
  readonly typed: boolean;
}> {
  const address = parseAddress(repository, endpoint);
  if (!address.repository.includes("/")) {
    throw new LuthierError({ code: "config/no-owner", path: address.repository }, { field: "hubRepository" });
  }
  const typed = parseToken(typedToken, address.endpoint);
  const token = typed || (await rememberedToken(address.endpoint));
  if (token !== "") return { address, token, typed: typed !== "" };
  throw new LuthierError({ code: "config/no-token", hub: hubName(address) }, { field: "hubToken" });
}

async function makeAll(
  made: readonly StreamedFile[],
  folder: MadeFolder,
  signal: AbortSignal,
  report: (done: number, total: number) => void,
): Promise<{ path: string; content: Blob }[]> {
  const total = made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  const files: { path: string; content: Blob }[] = [];
  for (const { path, sizeBytes, chunks } of made) {
    const file = await folder.open(sizeBytes);
    for await (const bytes of chunks()) {
      if (signal.aborted) throw cancelled();
      file.append(bytes);
      report((done += bytes.length), total);
    }
    files.push({ path, content: await file.end() });
  }
  return files;
}
