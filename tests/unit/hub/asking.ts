import { afterEach } from "vitest";
import { parseAddress } from "../../../src/hub/address";
import { chooseFiles } from "../../../src/hub/choose-files";
import { downloadModel, type ModelDownload } from "../../../src/hub/download-model";
import { listRepository } from "../../../src/hub/list-repository";
import { FakeHub, type FakeRepository, type Trouble } from "../../support/fake-hub";
import { MemoryFolder } from "../../support/memory-folder";

/**
 * A server that behaves like a hub, with failures on request, and a client that records its waits instead of waiting.
 */

const hubs: FakeHub[] = [];
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.stop()));
});

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);
/** Bytes that differ by position, so that a misplaced piece is detected. */
export const weights = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * seed) & 255);

/** Compares bytes as a whole, since a diff would be unreadably long. */
export const same = (bytes: Uint8Array | undefined, expected: Uint8Array): boolean =>
  bytes !== undefined && Buffer.compare(bytes, expected) === 0;

export const WEIGHTS = weights(300_000);
export const plain: FakeRepository = {
  license: "mit",
  files: {
    "README.md": text("# Model"),
    "config.json": text('{"model_type":"llama"}'),
    "tokenizer.json": text("{}"),
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": weights(70_000),
    "onnx/model.safetensors": weights(70_000),
  },
};

export interface Asking {
  readonly hub: FakeHub;
  readonly waits: number[];
  readonly options: ModelDownload;
}

export async function ask(
  repository: FakeRepository,
  trouble: Partial<Trouble> = {},
  token = "",
): Promise<Asking> {
  const hub = await FakeHub.start({ "owner/model": repository });
  hubs.push(hub);
  Object.assign(hub.trouble, trouble);
  const waits: number[] = [];
  const options: ModelDownload = {
    token,
    signal: new AbortController().signal,
    onWait: (ms) => waits.push(ms),
    sleep: () => Promise.resolve(),
    onProgress: () => undefined,
  };
  return { hub, waits, options };
}

export const addressIn = ({ hub }: Asking, name = "owner/model") => parseAddress(name, hub.endpoint);

/** Lists a repository, downloads its first variant into the folder, and returns the contents by path. */
export async function download(
  asking: Asking,
  folder = new MemoryFolder(),
  options: Partial<ModelDownload> = {},
): Promise<Record<string, Uint8Array>> {
  const repository = await listRepository(addressIn(asking), asking.options);
  const [choice] = await chooseFiles(repository, asking.options);
  const { files } = choice!;
  const all = { ...asking.options, ...options };
  const troubled = files.findIndex(({ path }) => path === asking.hub.trouble.path);
  await downloadModel({ ...repository, files }, folder, {
    ...all,
    onProgress: (done, total) => {
      asking.hub.arrived(folder.files.get(troubled)?.length ?? 0);
      all.onProgress(done, total);
    },
  });
  return Object.fromEntries(files.map(({ path }, index) => [path, folder.files.get(index)!]));
}
