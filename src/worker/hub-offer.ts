import { parseAddress, parseToken } from "../hub/address";
import { chooseFiles, type FileChoice } from "../hub/choose-files";
import { type HubRepository, listRepository } from "../hub/list-repository";
import type { HubRequest } from "../protocol/hub-commands";
import { rememberedToken, rememberToken } from "../storage/hub-tokens";

/** The contents of a hub repository, and the token used to access it. */
export interface Offer {
  readonly repository: HubRepository;
  readonly choices: readonly FileChoice[];
  readonly token: string;
}

/** Lists a hub repository, and stores the token if asked to. */
export async function askHub(args: HubRequest, signal: AbortSignal): Promise<Offer> {
  const address = parseAddress(args.repository, args.endpoint);
  const typed = parseToken(args.token, address.endpoint);
  const token = typed || (await rememberedToken(address.endpoint));
  const repository = await listRepository(address, { token, signal });
  const choices = await chooseFiles(repository, { token, signal });
  if (typed !== "" && args.rememberToken) await rememberToken(address.endpoint, typed);
  return { repository, choices, token };
}
