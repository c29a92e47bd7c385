import { parseAddress, parseEndpoint, parseToken } from "../../hub/address";
import { chooseFiles, type FileChoice } from "../../hub/choose-files";
import { type HubRepository, listRepository } from "../../hub/list-repository";
import { LuthierError } from "../../lib/errors";
import { newId } from "../../lib/id";
import type { HubCommands, HubRequest } from "../../protocol/hub-commands";
import type { HubAddress, HubListing } from "../../spec/hub";
import type { ModelCard } from "../../spec/model";
import {
  describeDownload,
  discardDownload,
  type DownloadRecord,
  findDownload,
  listDownloads,
  saveDownload,
} from "../../storage/downloads";
import { forgetToken, rememberedToken, rememberToken } from "../../storage/hub-tokens";
import { checkCanKeep, fetchModel, trainableRecommendations } from "../hub-download";
import type { Handlers } from "../serve";
import type { Session } from "../session";

/** What a hub offers at an address, and the token that it accepted. */
interface Offer {
  readonly repository: HubRepository;
  readonly choices: readonly FileChoice[];
  readonly token: string;
}

/** Models on a hub: list, download, go on, give up. One download runs at a time. */
export function hubHandlers(session: Session): Pick<Handlers, keyof HubCommands> {
  let running: AbortController | null = null;
  const run = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (running) {
      throw new LuthierError("network", "Another download is running.", "Wait for it, or cancel it.");
    }
    running = new AbortController();
    try {
      return await work(running.signal);
    } finally {
      running = null;
    }
  };
  return {
    listRecommended: () => trainableRecommendations(),
    listRepository: (args) => run(async (signal) => listing(await ask(args, signal))),
    downloadModel: (args) => run((signal) => download(session, args, signal)),
    listDownloads: async () => Promise.all((await listDownloads()).map(describeDownload)),
    resumeDownload: ({ id, token }) => run((signal) => resume(session, id, token, signal)),
    cancelDownload: () => running?.abort(),
    discardDownload: ({ id }) => discardDownload(id),
    hasToken: async ({ endpoint }) => (await rememberedToken(parseEndpoint(endpoint))) !== "",
    forgetToken: ({ endpoint }) => forgetToken(parseEndpoint(endpoint)),
  };
}

async function ask(args: HubRequest, signal: AbortSignal): Promise<Offer> {
  const address = parseAddress(args.repository, args.endpoint);
  const typed = parseToken(args.token, address.endpoint);
  const token = typed || (await rememberedToken(address.endpoint));
  const repository = await listRepository(address, { token, signal });
  const choices = await chooseFiles(repository, { token, signal });
  if (typed !== "" && args.rememberToken) await rememberToken(address.endpoint, typed);
  return { repository, choices, token };
}

function listing({ repository, choices }: Offer): HubListing {
  const offered = choices.map(({ id, kind, sizeBytes }) => ({ id, kind, sizeBytes }));
  return { license: repository.license, choices: offered };
}

async function download(
  session: Session,
  args: HubRequest & { choiceId: string },
  signal: AbortSignal,
): Promise<ModelCard> {
  checkCanKeep();
  const { repository, choices, token } = await ask(args, signal);
  const choice = choices.find(({ id }) => id === args.choiceId);
  if (!choice) {
    throw new LuthierError(
      "model",
      `${repository.address.repository} no longer offers ${args.choiceId}.`,
      "Look the repository up again.",
    );
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
  return fetchModel(session, record, { token, signal });
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

async function resume(session: Session, id: string, token: string, signal: AbortSignal): Promise<ModelCard> {
  checkCanKeep();
  const record = await findDownload(id);
  const { endpoint } = record.address;
  const typed = parseToken(token, endpoint);
  return fetchModel(session, record, { token: typed || (await rememberedToken(endpoint)), signal });
}
