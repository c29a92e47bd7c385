import type { Adapter, BaseChange, HostTensor } from "../engine/adapters/common/method";
import type { LoadedModel } from "../engine/models/loaded-model";
import { mergeableTensors, mergeChanges, mergedType, readMerged } from "../engine/adapters/merged-model";
import { elementsOf, type TensorSource } from "../engine/weights/tensor-source";
import { type FloatType, storedBytes } from "../formats/quantised/block-types";
import { safetensorsHeader } from "../formats/safetensors";

/** One file of a merged model, made while it is read. */
export interface MergedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The file's bytes in order. Errors: a base tensor that can no longer be read. */
  chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void>;
}

/** What a merged model is made of. */
export interface MergeSource {
  /** The base: its description, and its tensors by Hugging Face name. */
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  /** The base's config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly adapter: Adapter;
  readonly parameters: ReadonlyMap<string, HostTensor>;
  /** Files that go along as they are: tokenizer, generation_config.json, README.md. */
  readonly others: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Most bytes of tensors in one file. */
  readonly maxFileBytes?: number;
}

interface MergedTensor {
  readonly name: string;
  readonly source: TensorSource;
  readonly dtype: FloatType;
  readonly change: BaseChange | null;
}

const DEFAULT_FILE_BYTES = 2 * 2 ** 30;

/** Bytes of an unchanged tensor that are read at once. */
const COPY_BYTES = 8 * 2 ** 20;

const torchNames: Readonly<Record<FloatType, string>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

/**
 * A Hugging Face model folder in which the adapter's update is part of the weights: config.json, model.safetensors (or
 * numbered files with model.safetensors.index.json where it is large) and `others`. Tensors keep the type that the base
 * stores them in; those of quantised files are widened to f16. Nothing is read before a file's chunks are, and no more
 * than one tensor at a time.
 *
 * @throws LuthierError("adapter") where the method does not merge.
 */
export function mergedFiles(source: MergeSource): MergedFile[] {
  const { model, adapter, parameters, maxFileBytes = DEFAULT_FILE_BYTES } = source;
  const changes = mergeChanges(adapter, parameters);
  const tensors = [...mergeableTensors(model, adapter)].map(([name, tensor]): MergedTensor => ({
    name,
    source: tensor,
    dtype: mergedType(tensor),
    change: changes.get(name) ?? null,
  }));
  const shards = cutIntoFiles(tensors, maxFileBytes);
  const weights = shards.map((shard, index) => weightFile(shard, shardName(index, shards.length)));
  return [
    textFile("config.json", mergedConfig(source, tensors)),
    ...(shards.length > 1 ? [textFile("model.safetensors.index.json", weightIndex(shards))] : []),
    ...weights,
    ...[...source.others].map(([path, bytes]) => wholeFile(path, bytes)),
  ];
}

const bytesOf = ({ dtype, source }: MergedTensor): number => storedBytes(dtype, elementsOf(source));

function cutIntoFiles(tensors: readonly MergedTensor[], maxBytes: number): MergedTensor[][] {
  const files: MergedTensor[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    if (filled > 0 && filled + bytes > maxBytes) {
      files.push([]);
      filled = 0;
    }
    files.at(-1)?.push(tensor);
    filled += bytes;
  }
  return files;
}

function shardName(index: number, count: number): string {
  if (count === 1) return "model.safetensors";
  const number = (value: number): string => String(value).padStart(5, "0");
  return `model-${number(index + 1)}-of-${number(count)}.safetensors`;
}

/** The base's configuration without what is no longer so: quantisation, and a head that only seemed to be its own. */
function mergedConfig({ config, model, adapter }: MergeSource, tensors: readonly MergedTensor[]): unknown {
  // T5's initializer_factor is for making weights anew; transformers refuses its 1.0 in JavaScript's spelling, 1.
  const {
    quantization_config: _,
    torch_dtype: _old,
    dtype: _new,
    initializer_factor: _factor,
    ...kept
  } = config;
  const types = tensors.map(({ dtype }) => dtype);
  const dtype = types.includes("F32") ? "F32" : (types[0] ?? "F32");
  const tied = model.spec.head.tied && !adapter.unties;
  // T5 tells by its ties whether the head reads scaled values, unless this says so.
  const scaled = model.spec.headInputScale === undefined ? {} : { scale_decoder_outputs: true };
  return { ...kept, ...scaled, torch_dtype: torchNames[dtype], tie_word_embeddings: tied };
}

function weightIndex(shards: readonly (readonly MergedTensor[])[]): unknown {
  const entries = shards.flatMap((shard, index) =>
    shard.map(({ name }): [string, string] => [name, shardName(index, shards.length)]),
  );
  const total = shards.flat().reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  return { metadata: { total_size: total }, weight_map: Object.fromEntries(entries) };
}

function weightFile(tensors: readonly MergedTensor[], path: string): MergedFile {
  const header = safetensorsHeader(
    tensors.map(({ name, dtype, source }) => ({ name, dtype, shape: source.shape })),
  );
  return {
    path,
    sizeBytes: tensors.reduce((sum, tensor) => sum + bytesOf(tensor), header.length),
    async *chunks() {
      yield header;
      for (const tensor of tensors) yield* tensorBytes(tensor);
    },
  };
}

async function* tensorBytes(tensor: MergedTensor): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { source, dtype, change } = tensor;
  if (!change && source.dtype === dtype && !source.isTransposed) {
    const end = bytesOf(tensor);
    for (let start = 0; start < end; start += COPY_BYTES) {
      yield await source.read(start, Math.min(end, start + COPY_BYTES));
    }
    return;
  }
  yield await readMerged(source, change);
}

function textFile(path: string, value: unknown): MergedFile {
  return wholeFile(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

function wholeFile(path: string, bytes: Uint8Array<ArrayBuffer>): MergedFile {
  return {
    path,
    sizeBytes: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}
