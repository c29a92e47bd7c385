import { LuthierError } from "../lib/errors";
import { parseJsonObject } from "../lib/json";
import { baseName, type ByteSource, folderName, readText } from "./byte-source";
import { widen } from "./float-bits";
import { readSafetensorsHeader, type TensorEntry, writeSafetensors } from "./safetensors";
import { isZip, unzipFiles } from "./zip";

/** A trained tensor, row-major. */
export interface PeftTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An adapter as PEFT saves it; what config and names mean is for the methods to say. */
export interface PeftFolder {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, PeftTensor>;
}

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";

/** What PEFT and the adapters library call the weights. */
const WEIGHTS_NAMES: readonly string[] = [WEIGHTS, "adapter.safetensors"];

/**
 * Reads a PEFT adapter from its files, or from a zip of them; stored f16 and bf16 are widened to f32.
 * @throws LuthierError("adapter" or "format") that names what is missing or damaged.
 */
export async function readPeftFolder(files: readonly ByteSource[]): Promise<PeftFolder> {
  const unpacked = await Promise.all(
    files.map(async (file) => ((await isZip(file)) ? unzipFiles(file) : [file])),
  );
  const all = unpacked.flat();
  const configFile = findConfig(all);
  const inside = all.filter((file) => folderName(file.name) === folderName(configFile.name));
  const weights = inside.find((file) => WEIGHTS_NAMES.includes(baseName(file.name)));
  if (!weights) throw noWeights(inside);
  const config = parseJsonObject(await readText(configFile), configFile.name);
  const { tensors } = await readSafetensorsHeader(weights);
  const read = new Map<string, PeftTensor>();
  for (const entry of tensors) read.set(entry.name, await readTensor(weights, entry));
  return { config, tensors: read };
}

/** The files of the adapter: the config as PEFT writes it (sorted keys, indented by two) and the weights in f32. */
export function writePeftFolder(
  folder: PeftFolder,
  weightsFile = WEIGHTS,
): Map<string, Uint8Array<ArrayBuffer>> {
  const config = JSON.stringify(sortKeys(folder.config), null, 2);
  const tensors = [...folder.tensors].map(([name, tensor]) => ({ name, dtype: "F32" as const, ...tensor }));
  return new Map([
    [CONFIG, new TextEncoder().encode(config)],
    [weightsFile, writeSafetensors(tensors)],
  ]);
}

function sortKeys(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function findConfig(files: readonly ByteSource[]): ByteSource {
  const [first, second] = files.filter((file) => baseName(file.name) === CONFIG);
  if (!first) {
    throw new LuthierError(
      "adapter",
      `No ${CONFIG} was found.`,
      `Choose the adapter's zip, or its ${CONFIG} and ${WEIGHTS} together.`,
    );
  }
  if (second) {
    throw new LuthierError(
      "adapter",
      `There is more than one adapter: ${first.name} and ${second.name}.`,
      "Choose the files of one adapter only.",
    );
  }
  return first;
}

function noWeights(files: readonly ByteSource[]): LuthierError {
  const pickled = ["adapter_model.bin", "pytorch_adapter.bin"];
  const bin = files.map((file) => baseName(file.name)).find((name) => pickled.includes(name));
  if (bin) {
    return new LuthierError(
      "adapter",
      `${bin} is in PyTorch's own format, which can run code when it is opened.`,
      bin.startsWith("adapter")
        ? "Save the adapter again with a current PEFT: it then writes adapter_model.safetensors."
        : "Save the adapter again with use_safetensors=True.",
    );
  }
  return new LuthierError(
    "adapter",
    `No ${WEIGHTS} was found beside ${CONFIG}.`,
    "Choose both files, or the adapter's zip.",
  );
}

async function readTensor(file: ByteSource, entry: TensorEntry): Promise<PeftTensor> {
  const { dtype, shape } = entry;
  if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
    throw new LuthierError(
      "adapter",
      `Tensor ${entry.name} of ${file.name} is of type ${dtype}.`,
      "Save the adapter in float32, float16 or bfloat16.",
    );
  }
  return { shape, data: widen(dtype, await file.read(entry.start, entry.end)) };
}
