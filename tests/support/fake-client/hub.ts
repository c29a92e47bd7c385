import { cancelled, LuthierError } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { HubCommands, HubRequest } from "../../../src/protocol/hub-commands";
import {
  DEFAULT_HUB_ENDPOINT,
  type HubAddress,
  type HubListing,
  type UnfinishedDownload,
} from "../../../src/shared/hub";
import type { ModelCard } from "../../../src/shared/model";
import { recommendedModels } from "../../../src/shared/recommended-models";
import type { JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";

const TOTAL_BYTES = 271_000_000;
const TOKEN = "hf_right";

/**
 * The fake client's hub: every repository exists. One with "GGUF" in its name has two variants, one with "gated"
 * requires the token "hf_right", and a download of one with "lost" fails halfway.
 *
 * @param paceMs milliseconds per half step
 * @param keep adds a finished download to the library
 */
export function fakeHub(
  owner: JobOwner,
  paceMs: () => number,
  keep: (card: ModelCard) => void,
): Pick<Handlers, keyof HubCommands> {
  const unfinished = new Map<string, UnfinishedDownload>();
  const tokens = new Map<string, string>();

  const listing = (args: HubRequest): HubListing & { readonly address: HubAddress } => {
    const { repository, rememberToken } = args;
    const endpoint = args.endpoint || DEFAULT_HUB_ENDPOINT;
    if (!/^[^/]+(\/[^/]+)?$/.test(repository)) {
      const problem = { code: "config/repository-name", path: repository } as const;
      throw new LuthierError(problem, { field: "hubRepository" });
    }
    if (repository.includes("gated") && (args.token || tokens.get(endpoint)) !== TOKEN) {
      const asked = { repository, hub: "huggingface.co", page: `${DEFAULT_HUB_ENDPOINT}/${repository}` };
      const problem = { code: "network/gated", ...asked, hasToken: args.token !== "" } as const;
      throw new LuthierError(problem, { field: "hubToken" });
    }
    if (rememberToken && args.token) tokens.set(endpoint, args.token);
    const gguf = ["Q4_K_M", "Q8_0"].map((kind, index) => ({
      id: `model.${kind}.gguf`,
      kind: "gguf" as const,
      sizeBytes: TOTAL_BYTES / (2 - index),
    }));
    const plain = { id: "safetensors", kind: "safetensors" as const, sizeBytes: TOTAL_BYTES };
    return {
      address: { endpoint, repository, revision: "main" },
      license: "apache-2.0",
      choices: repository.includes("GGUF") ? gguf : [plain],
    };
  };

  const fetchRest = async (
    download: UnfinishedDownload,
    { signal, report }: JobContext,
  ): Promise<ModelCard> => {
    const { id, address, totalBytes } = download;
    const breaks = address.repository.includes("lost") && download.doneBytes === 0;
    for (let doneBytes = download.doneBytes; doneBytes < totalBytes; doneBytes += totalBytes / 20) {
      unfinished.set(id, { ...download, doneBytes });
      if (signal.aborted) throw cancelled();
      if (breaks && doneBytes > totalBytes / 2) {
        throw new LuthierError({ code: "network/broken-off", path: "model.safetensors" });
      }
      report({
        done: doneBytes,
        total: totalBytes,
        what: address.repository,
        waitingMs: null,
      });
      await new Promise((resolve) => setTimeout(resolve, paceMs() * 2));
    }
    unfinished.delete(id);
    const card: ModelCard = {
      id: `model-${address.repository}`,
      title: address.repository,
      source: "hub",
      family: "llama",
      parameters: 134_515_008,
      sizeBytes: totalBytes,
      license: "apache-2.0",
      origin: { ...address, commit: "0123abc" },
      keptAt: Date.UTC(2026, 0, 2),
    };
    keep(card);
    return card;
  };

  const download = async (args: HubRequest, context: JobContext): Promise<ModelCard> => {
    const { address } = listing(args);
    const known = [...unfinished.values()].find((each) => each.address.repository === address.repository);
    const begun = known ?? { id: crypto.randomUUID(), address, doneBytes: 0, totalBytes: TOTAL_BYTES };
    return fetchRest(begun, context);
  };

  return {
    listRecommended: () => recommendedModels,
    listRepository: (args, call) => owner.run({ kind: "look-up", run: async () => listing(args) }, call),
    downloadModel: (args, call) =>
      owner.run({ kind: "download", run: (context) => download(args, context) }, call),
    listDownloads: () => [...unfinished.values()],
    resumeDownload: ({ id }, call) => {
      const begun = defined(unfinished.get(id), "the download");
      return owner.run({ kind: "download", run: (context) => fetchRest(begun, context) }, call);
    },
    discardDownload: ({ id }) => void unfinished.delete(id),
    fetchDataset: ({ repository }, call) =>
      owner.run(
        {
          kind: "fetch-dataset",
          run: async () => {
            const rows = [{ instruction: "Name a wood.", input: "", output: "Spruce." }];
            return { name: repository, files: [new File([JSON.stringify(rows)], "0000.json")] };
          },
        },
        call,
      ),
    hasToken: ({ endpoint }) => tokens.has(endpoint || DEFAULT_HUB_ENDPOINT),
    forgetToken: ({ endpoint }) => void tokens.delete(endpoint || DEFAULT_HUB_ENDPOINT),
  };
}
