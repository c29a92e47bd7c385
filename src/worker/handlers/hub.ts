import { families } from "../../engine/models/registry";
import { parseEndpoint } from "../../hub/address";
import type { HubCommands } from "../../protocol/hub-commands";
import { recommendedModels } from "../../shared/recommended-models";
import { describeDownload, discardDownload, listDownloads } from "../../storage/downloads";
import { forgetToken, rememberedToken } from "../../storage/hub-tokens";
import { downloadJob, resumeDownloadJob } from "../jobs/download";
import { lookUpJob } from "../jobs/look-up";
import type { JobOwner } from "../jobs/owner";
import type { Handlers } from "../serve";

/** Commands of model hubs: list, download, resume, discard. */
export function hubHandlers(owner: JobOwner): Pick<Handlers, keyof HubCommands> {
  return {
    listRecommended: () => recommendedModels.filter(({ family }) => Object.hasOwn(families, family)),
    listRepository: (args, call) => owner.run(lookUpJob(args), call),
    downloadModel: (args, call) => owner.run(downloadJob(args), call),
    listDownloads: async () => Promise.all((await listDownloads()).map(describeDownload)),
    resumeDownload: ({ id, ...typed }, call) => owner.run(resumeDownloadJob(id, typed), call),
    discardDownload: ({ id }) => discardDownload(id),
    hasToken: async ({ endpoint }) => (await rememberedToken(parseEndpoint(endpoint))) !== "",
    forgetToken: ({ endpoint }) => forgetToken(parseEndpoint(endpoint)),
  };
}
