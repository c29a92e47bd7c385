import { product } from "../lib/numbers";
import type { Adapter, BaseChange } from "../engine/adapters/common/method";
import { isRecord } from "../lib/json";
import type { ModelSpec } from "../engine/nn/model-spec";
import type { LoadedModel } from "../engine/models/loaded-model";
import { mergeableTensors, mergedType, readMerged } from "../engine/adapters/merged-model";
import type { TensorSource } from "../engine/weights/tensor-source";
import { type FloatType, storedBytes } from "../formats/quantised/block-types";
import { safetensorsHeader } from "../formats/safetensors";
import type { StreamedFile } from "../formats/zip";
import { jsonFile } from "./streamed-file";

/** Input of a merged export. */
export interface MergeSource {
  /** The base's specification, and its tensors by Hugging Face name. */
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  /** The base's config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly adapter: Adapter;
  /** Changes to the base tensors, by name; called when the first tensor is read. */
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
  /** Data type of all tensors; null keeps the base's, or f16 where that is quantised. */
  readonly dtype: FloatType | null;
  /** Maximum bytes of tensors per file. */
  readonly maxFileBytes?: number;
}

interface MergedTensor {
  readonly name: string;
  /** Its name in the file. */
  readonly writtenName: string;
  readonly source: TensorSource;
  readonly dtype: FloatType;
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
}

/** transformers' default shard size. */
const DEFAULT_FILE_BYTES = 5e9;

/** Bytes copied at a time. */
const COPY_BYTES = 8 * 2 ** 20;

const torchNames: Readonly<Record<FloatType, string>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

/**
 * A merged Hugging Face model: config.json, and model.safetensors or shards with model.safetensors.index.json. Tensors
 * are read while a file's chunks are consumed, one at a time.
 */
export function mergedFiles(source: MergeSource): StreamedFile[] {
  const { model, adapter, changes, dtype, maxFileBytes = DEFAULT_FILE_BYTES } = source;
  const tensors = [...mergeableTensors(model, adapter)].map(([name, tensor]): MergedTensor => ({
    name,
    writtenName: ownName(model.spec, name),
    source: tensor,
    dtype: dtype ?? mergedType(tensor),
    changes,
  }));
  const shards = cutIntoFiles(tensors, maxFileBytes);
  const weights = shards.map((shard, index) => weightFile(shard, shardName(index, shards.length)));
  return [
    jsonFile("config.json", mergedConfig(source, commonType(tensors))),
    ...(shards.length > 1 ? [jsonFile("model.safetensors.index.json", weightIndex(shards))] : []),
    ...weights,
  ];
}

/** A language model that was part of a larger one stands alone: the other parts are not read, and so not written. */
function ownName({ textPart, earlierPaths = [] }: ModelSpec, name: string): string {
  // Files have kept the names of earlier versions.
  const renamings = textPart ? [[textPart.ownPath, textPart.path] as const] : earlierPaths;
  const [written, now] = renamings.find(([, path]) => name.startsWith(path)) ?? ["", ""];
  return written + name.slice(now.length);
}

function ownConfig({ textPart }: ModelSpec, config: MergeSource["config"]): MergeSource["config"] {
  if (!textPart) return config;
  const inner = config[textPart.configKey];
  const { architecture, modelType } = textPart;
  const tokens = Object.entries(config).filter(([key]) => key.endsWith("_token_id"));
  return {
    ...Object.fromEntries(tokens),
    ...(isRecord(inner) ? inner : {}),
    model_type: modelType,
    architectures: [architecture],
  };
}

const bytesOf = ({ dtype, source }: MergedTensor): number => storedBytes(dtype, product(source.shape));

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

/** The base's config, without quantisation and with the actual tying of the head. */
export function mergedConfig(
  { config, model, adapter }: Pick<MergeSource, "config" | "model" | "adapter">,
  dtype: FloatType,
): Record<string, unknown> {
  // transformers rejects an integer initializer_factor, but JavaScript writes 1.0 as 1; it is not needed for inference.
  const {
    quantization_config: _,
    torch_dtype: _old,
    dtype: _new,
    initializer_factor: _factor,
    ...kept
  } = ownConfig(model.spec, config);
  const tied = model.spec.head.tied && !adapter.untiesHead;
  // Without this key, T5 derives scaled decoder outputs from weight tying.
  const scaled = model.spec.headInputScale === undefined ? {} : { scale_decoder_outputs: true };
  return { ...kept, ...scaled, torch_dtype: torchNames[dtype], tie_word_embeddings: tied };
}

function commonType(tensors: readonly MergedTensor[]): FloatType {
  const types = tensors.map(({ dtype }) => dtype);
  return types.includes("F32") ? "F32" : (types[0] ?? "F32");
}

function weightIndex(shards: readonly (readonly MergedTensor[])[]): unknown {
  const entries = shards.flatMap((shard, index) =>
    shard.map(({ writtenName }): [string, string] => [writtenName, shardName(index, shards.length)]),
  );
  const total = shards.flat().reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  return { metadata: { total_size: total }, weight_map: Object.fromEntries(entries) };
}

function weightFile(tensors: readonly MergedTensor[], path: string): StreamedFile {
  const header = safetensorsHeader(
    tensors.map(({ writtenName: name, dtype, source }) => ({ name, dtype, shape: source.shape })),
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
  const { name, source, dtype, changes } = tensor;
  const change = (await changes()).get(name) ?? null;
  if (!change && source.dtype === dtype && !source.isTransposed) {
    const end = bytesOf(tensor);
    for (let start = 0; start < end; start += COPY_BYTES) {
      yield await source.read(start, Math.min(end, start + COPY_BYTES));
    }
    return;
  }
  yield await readMerged(source, change, dtype);
}
