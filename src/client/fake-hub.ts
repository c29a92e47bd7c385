import { cancelled, LuthierError } from "../lib/errors";
import { defined } from "../lib/invariant";
import type { HubCommands, HubRequest } from "../protocol/hub-commands";
import { DEFAULT_HUB_ENDPOINT, type HubAddress, type HubListing, type UnfinishedDownload } from "../spec/hub";
import type { ModelCard } from "../spec/model";
import { recommendedModels } from "../spec/recommended-models";
import type { EventHub } from "./client";

type Handlers = {
  [Name in keyof HubCommands]: (
    ...args: Parameters<HubCommands[Name]>
  ) => Promise<ReturnType<HubCommands[Name]>>;
};

const TOTAL_BYTES = 271_000_000;
const TOKEN = "hf_right";

/**
 * The hub of the fake client: every repository exists, one with "GGUF" in its name has two forms, one with "gated" wants
 * the token "hf_right", one with "lost" breaks off in the middle.
 * @param paceMs milliseconds of half a step
 * @param keep takes a finished download into the library
 */
export function fakeHub(events: EventHub, paceMs: () => number, keep: (card: ModelCard) => void): Handlers {
  const unfinished = new Map<string, UnfinishedDownload>();
  const tokens = new Map<string, string>();
  let running = false;

  const listing = (args: HubRequest): HubListing & { readonly address: HubAddress } => {
    const { repository, rememberToken } = args;
    const endpoint = args.endpoint || DEFAULT_HUB_ENDPOINT;
    if (!/^[^/]+(\/[^/]+)?$/.test(repository)) {
      throw new LuthierError("config", "No repository is named.", "Enter a name such as owner/model.", {
        field: "Repository",
      });
    }
    if (repository.includes("gated") && (args.token || tokens.get(endpoint)) !== TOKEN) {
      throw new LuthierError(
        "network",
        `${repository} is open only to those who accepted its owners' terms on huggingface.co.`,
        "Accept them on its page, make an access token there, and enter it as Access token.",
        { field: "Access token" },
      );
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

  const fetchRest = async (download: UnfinishedDownload): Promise<ModelCard> => {
    const { id, address, totalBytes } = download;
    const breaks = address.repository.includes("lost") && download.doneBytes === 0;
    running = true;
    for (let doneBytes = download.doneBytes; doneBytes < totalBytes; doneBytes += totalBytes / 20) {
      if (breaks && doneBytes > totalBytes / 2) running = false;
      unfinished.set(id, { ...download, doneBytes });
      if (!running) {
        if (!breaks) throw cancelled();
        throw new LuthierError(
          "network",
          "The connection broke off again and again in the middle of model.safetensors.",
          "Continue when the connection is better; what has arrived is kept.",
        );
      }
      const progress = {
        done: doneBytes,
        total: totalBytes,
        unit: "bytes" as const,
        what: address.repository,
      };
      events.emit("downloadProgress", { ...progress, waitingMs: null });
      await new Promise((resolve) => setTimeout(resolve, paceMs() * 2));
    }
    running = false;
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

  return {
    listRecommended: async () => recommendedModels,
    listRepository: async (args) => listing(args),
    downloadModel: async (args) => {
      const { address } = listing(args);
      const known = [...unfinished.values()].find((each) => each.address.repository === address.repository);
      return fetchRest(known ?? { id: crypto.randomUUID(), address, doneBytes: 0, totalBytes: TOTAL_BYTES });
    },
    listDownloads: async () => [...unfinished.values()],
    resumeDownload: async ({ id }) => fetchRest(defined(unfinished.get(id), "the download")),
    cancelDownload: async () => void (running = false),
    discardDownload: async ({ id }) => void unfinished.delete(id),
    hasToken: async ({ endpoint }) => tokens.has(endpoint || DEFAULT_HUB_ENDPOINT),
    forgetToken: async ({ endpoint }) => void tokens.delete(endpoint || DEFAULT_HUB_ENDPOINT),
  };
}
