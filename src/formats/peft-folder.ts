import { LuthierError } from "../lib/errors";
import { parseJsonObject } from "../lib/json";
import { baseName, type ByteSource, folderName, readText } from "./byte-source";
import { widen } from "./float-bits";
import { readSafetensorsHeader, type TensorEntry, writeSafetensors } from "./safetensors";
import { isZip, unzipFiles } from "./zip";

/** An adapter tensor, row-major. */
export interface PeftTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An adapter as saved by PEFT. The methods interpret config and tensor names. */
export interface PeftFolder {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, PeftTensor>;
  /** Luthier's optimizer state, if present; unread. */
  readonly optimizer?: ByteSource;
  /** Adapters in subfolders that this one builds on. */
  readonly experts?: readonly (PeftFolder & { readonly name: string })[];
}

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";
export const OPTIMIZER_FILE = "luthier_optimizer.safetensors";

/** File names of config and weights in PEFT and the adapters library. */
const CONFIG_NAMES: readonly string[] = [CONFIG, "adapter_fusion_config.json"];
const WEIGHTS_NAMES: readonly string[] = [WEIGHTS, "adapter.safetensors", "model_adapter_fusion.safetensors"];

/** PyTorch pickles, which are refused. */
const PICKLED_NAMES: readonly string[] = ["adapter_model.bin", "pytorch_adapter.bin"];

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...CONFIG_NAMES,
  ...WEIGHTS_NAMES,
  ...PICKLED_NAMES,
  OPTIMIZER_FILE,
]);

/** Whether an archive member is used, or mentioned in an error. */
function isWanted(path: string): boolean {
  return KNOWN_NAMES.has(baseName(path));
}

/**
 * Reads a PEFT adapter from files or a zip of them; f16 and bf16 are converted to f32.
 * @throws LuthierError("adapter" or "format") saying what is missing or damaged
 */
export async function readPeftFolder(files: readonly ByteSource[]): Promise<PeftFolder> {
  const unpacked = await Promise.all(
    files.map(async (file) => ((await isZip(file)) ? unzipFiles(file, { isWanted }) : [file])),
  );
  const all = unpacked.flat();
  const [main, ...others] = findConfigs(all);
  const folder = await readFolder(all, main);
  if (others.length === 0) return folder;
  const experts = await Promise.all(
    others.map(async (file) => ({ name: baseName(folderName(file.name)), ...(await readFolder(all, file)) })),
  );
  return { ...folder, experts };
}

/** Reads the adapter of a config file. */
async function readFolder(all: readonly ByteSource[], configFile: ByteSource): Promise<PeftFolder> {
  const inside = all.filter((file) => folderName(file.name) === folderName(configFile.name));
  const config = parseJsonObject(await readText(configFile), configFile.name);
  if (isMlx(config)) throw new LuthierError({ code: "adapter/mlx", file: configFile.name });
  const weights = inside.find((file) => WEIGHTS_NAMES.includes(baseName(file.name)));
  if (!weights) throw noWeights(inside);
  const { tensors } = await readSafetensorsHeader(weights);
  const read = new Map<string, PeftTensor>();
  for (const entry of tensors) read.set(entry.name, await readTensor(weights, entry));
  const optimizer = inside.find((file) => baseName(file.name) === OPTIMIZER_FILE);
  return { config, tensors: read, ...(optimizer && { optimizer }) };
}

/**
 * Serialises an adapter: the config in PEFT's style (sorted keys, two-space indent) and f32 weights. Experts are not
 * included.
 *
 * @param names file names, if other than PEFT's
 */
export function writePeftFolder(
  folder: PeftFolder,
  { configFile = CONFIG, weightsFile = WEIGHTS }: { configFile?: string; weightsFile?: string } = {},
): Map<string, Uint8Array<ArrayBuffer>> {
  const config = JSON.stringify(sortKeys(folder.config), null, 2);
  const tensors = [...folder.tensors].map(([name, tensor]) => ({ name, dtype: "F32" as const, ...tensor }));
  return new Map([
    [configFile, new TextEncoder().encode(config)],
    [weightsFile, writeSafetensors(tensors)],
  ]);
}

function sortKeys(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** MLX uses the same config name but different keys. */
function isMlx(config: Readonly<Record<string, unknown>>): boolean {
  return !("peft_type" in config) && ("fine_tune_type" in config || "lora_parameters" in config);
}

/** Whether a file belongs to a trainer checkpoint (`checkpoint-N/`) inside a folder. */
function isInCheckpoint(name: string, folder: string): boolean {
  const inside = folder === "" ? name : name.slice(folder.length + 1);
  return (folder === "" || name.startsWith(`${folder}/`)) && /^(?:.*\/)?checkpoint-\d+\//.test(inside);
}

/**
 * The adapter's config, followed by those in its immediate subfolders, except training checkpoints. Errors: no config,
 * or several side by side.
 */
function findConfigs(files: readonly ByteSource[]): [ByteSource, ...ByteSource[]] {
  const configs = files.filter((file) => CONFIG_NAMES.includes(baseName(file.name)));
  const [first, ...others] = configs.sort((a, b) => folderName(a.name).length - folderName(b.name).length);
  if (!first) {
    throw new LuthierError({ code: "adapter/no-config", config: CONFIG, weights: WEIGHTS });
  }
  const folder = folderName(first.name);
  const rest = others.filter(({ name }) => !isInCheckpoint(name, folder));
  const isInside = (file: ByteSource): boolean => {
    const own = folderName(file.name);
    const beside = files.filter(({ name }) => folderName(name) === own);
    const isRightInside = own !== folder && own === [folder, baseName(own)].filter(Boolean).join("/");
    return isRightInside && beside.some(({ name }) => WEIGHTS_NAMES.includes(baseName(name)));
  };
  const second = rest.find((file) => !isInside(file));
  if (second) {
    throw new LuthierError({ code: "adapter/several", first: first.name, second: second.name });
  }
  return [first, ...rest];
}

function noWeights(files: readonly ByteSource[]): LuthierError {
  const bin = files.map((file) => baseName(file.name)).find((name) => PICKLED_NAMES.includes(name));
  if (bin) {
    const library = bin.startsWith("adapter") ? "peft" : "adapters";
    return new LuthierError({ code: "adapter/pickled", file: bin, library });
  }
  return new LuthierError({ code: "adapter/no-weights", config: CONFIG, weights: WEIGHTS });
}

async function readTensor(file: ByteSource, entry: TensorEntry): Promise<PeftTensor> {
  const { dtype, shape } = entry;
  if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
    throw new LuthierError({ code: "adapter/dtype", file: file.name, tensor: entry.name, dtype });
  }
  return { shape, data: widen(dtype, await file.read(entry.start, entry.end)) };
}
