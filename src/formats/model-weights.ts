import * as v from "valibot";
import { LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";
import { parseJsonObject } from "../lib/json";
import { objectOf, parseAs, recordOf } from "../lib/schema";
import { baseName, type ByteSource, readText } from "./byte-source";
import type { BlockType } from "./quantised/block-types";
import { readSafetensorsHeader, type SafetensorsDtype, type TensorEntry } from "./safetensors";

/** A stored weight under its Hugging Face name, read on demand. */
export interface ModelTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype | BlockType;
  readonly shape: readonly number[];
  /** Whether the stored bytes hold the transpose of `shape`. */
  readonly isTransposed?: boolean;
  readonly sizeBytes: number;
  /** Reads bytes [start, end) of the tensor's data: row-major, little-endian. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

const INDEX_SUFFIX = ".safetensors.index.json";

/**
 * Opens the weights of a model folder: model.safetensors, indexed shards, shards without an index, or any other
 * safetensors, in order of precedence.
 * @throws LuthierError("format" or "model") on missing or duplicate tensors, and on formats to convert first
 */
export async function openWeights(files: readonly ByteSource[]): Promise<Map<string, ModelTensor>> {
  const single = files.find((file) => baseName(file.name) === "model.safetensors");
  if (single) return readAll([single]);
  const index = files.find((file) => file.name.endsWith(INDEX_SUFFIX));
  if (index) return readIndexed(index, files);
  const stored = files.filter(
    (file) => file.name.endsWith(".safetensors") && baseName(file.name) !== "adapter_model.safetensors",
  );
  if (stored.length === 0) throw noWeights(files);
  checkShardNumbers(stored);
  return readAll(stored);
}

function noWeights(files: readonly ByteSource[]): LuthierError {
  const other = files.find((file) => /\.(bin|pt|pth|ckpt|h5|msgpack|onnx)$/.test(file.name));
  if (!other) return new LuthierError({ code: "model/no-weights" });
  const isPyTorch = /\.(bin|pt|pth|ckpt)$/.test(other.name);
  return new LuthierError({ code: "model/other-weights", file: baseName(other.name), isPyTorch });
}

/** Shard names contain the count; without an index, only that reveals a missing one. */
function checkShardNumbers(stored: readonly ByteSource[]): void {
  const shards = stored.flatMap((file) => {
    const match = /^(.*)-(\d{5})-of-(\d{5})\.safetensors$/.exec(baseName(file.name));
    return match ? [{ prefix: match[1] ?? "", number: Number(match[2]), count: Number(match[3]) }] : [];
  });
  for (const { prefix, count } of shards) {
    const present = new Set(shards.filter((shard) => shard.prefix === prefix).map((shard) => shard.number));
    for (let number = 1; number <= count; number++) {
      if (!present.has(number)) throw missingShard(shardName(prefix, number, count));
    }
  }
}

function shardName(prefix: string, number: number, count: number): string {
  const five = (value: number): string => String(value).padStart(5, "0");
  return `${prefix}-${five(number)}-of-${five(count)}.safetensors`;
}

function missingShard(name: string): LuthierError {
  return new LuthierError({ code: "model/shard-missing", file: name });
}

async function readAll(files: readonly ByteSource[]): Promise<Map<string, ModelTensor>> {
  const tensors = new Map<string, ModelTensor>();
  const homes = new Map<string, string>();
  for (const file of files) {
    for (const entry of (await readSafetensorsHeader(file)).tensors) {
      const home = homes.get(entry.name);
      if (home !== undefined) {
        const places = { first: home, second: file.name };
        throw new LuthierError({ code: "format/tensor-twice", tensor: entry.name, ...places });
      }
      homes.set(entry.name, file.name);
      tensors.set(entry.name, modelTensor(file, entry));
    }
  }
  return tensors;
}

/** Maps each tensor to its file. */
const weightIndex = objectOf({ weight_map: recordOf(v.string()) });

/** Opens the files named by an index; others are ignored. */
async function readIndexed(
  index: ByteSource,
  files: readonly ByteSource[],
): Promise<Map<string, ModelTensor>> {
  const { weight_map: map } = parseAs(weightIndex, parseJsonObject(await readText(index), index.name), {
    file: index.name,
    remedy: "renew-index",
  });
  const names = [...new Set(Object.values(map))];
  const shards = new Map<string, ReadonlyMap<string, ModelTensor>>();
  for (const name of names) {
    const file = files.find((candidate) => baseName(candidate.name) === name);
    if (!file) throw missingShard(name);
    shards.set(name, await readAll([file]));
  }
  return new Map(
    Object.entries(map).map(([name, shard]) => {
      const tensor = shards.get(shard)?.get(name);
      if (tensor) return [name, tensor];
      throw new LuthierError({ code: "format/index", index: index.name, file: shard, tensor: name });
    }),
  );
}

function modelTensor(file: ByteSource, entry: TensorEntry): ModelTensor {
  const { name, dtype, shape } = entry;
  const sizeBytes = entry.end - entry.start;
  return {
    name,
    dtype,
    shape,
    sizeBytes,
    read(start, end) {
      invariant(
        0 <= start && start <= end && end <= sizeBytes,
        `${name}: bytes ${start} to ${end} of ${sizeBytes}`,
      );
      return file.read(entry.start + start, entry.start + end);
    },
  };
}
