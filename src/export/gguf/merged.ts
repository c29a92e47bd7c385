import { mergeableTensors } from "../../engine/adapters/merged-model";
import type { Adapter, BaseChange } from "../../engine/adapters/common/method";
import type { LoadedModel } from "../../engine/models/loaded-model";
import { linearLayers } from "../../engine/nn/model-spec";
import { readAllValues, readValues, type TensorSource, transposed } from "../../engine/weights/tensor-source";
import { narrow } from "../../formats/float-bits";
import type { GgufOrigin } from "../../formats/gguf/model";
import { ggufPathOf, hubNameOf } from "../../formats/gguf/names";
import type { GgufType } from "../../formats/gguf/types";
import { type GgufEntry, ggufEntry, rowsFit } from "../../formats/gguf/writer";
import type { ModelTensor } from "../../formats/model-weights";
import { type FloatType, isBlockType, isFloatType } from "../../formats/quantised/block-types";
import { quantise, type WrittenBlock } from "../../formats/quantised/quantise";
import type { StreamedFile } from "../../formats/zip";
import { defined } from "../../lib/invariant";
import { fileTypes } from "./file-types";
import { reordered, type RowOrder } from "./row-order";
import type { GgufTarget } from "./target";
import { ggufFile, type TensorToWrite } from "./tensor-file";

/** Data type of the matrices in a GGUF file. */
export type GgufWeights = FloatType | WrittenBlock;

/** Input of a merged GGUF export. */
export interface GgufMergeSource {
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  readonly adapter: Adapter;
  /** The base's GGUF file; null for a Hugging Face folder. */
  readonly origin: GgufOrigin | null;
  /** Tokenizer entries, used if the base is a Hugging Face folder. */
  readonly tokenizer: readonly GgufEntry[];
  /** Replaces the chat template of the base's file; null keeps that. */
  readonly chatTemplate: string | null;
  /** Model name. */
  readonly name: string;
  readonly license: string;
  /** Changes to the base tensors, by name; called when the first tensor is read. */
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
}

/** Approximate number of elements converted at a time, and bytes copied at a time. */
const PIECE = 2 ** 20;
const COPY_BYTES = 8 * 2 ** 20;

/**
 * The merged model as one GGUF file, written tensor by tensor. Matrices are stored as `dtype`, or f16 if their rows are
 * not whole blocks; norms, biases and position tables as f32. Unchanged quantised tensors and the metadata of a GGUF
 * base are copied as they are.
 */
export async function mergedGguf(
  source: GgufMergeSource,
  target: GgufTarget,
  path: string,
  dtype: GgufWeights,
): Promise<StreamedFile> {
  const { origin } = source;
  const tensors = origin
    ? await tensorsOfFile(source, target, origin, dtype)
    : tensorsOfFolder(source, target, dtype);
  const entries = origin ? await keptEntries(origin, source, dtype) : newEntries(source, target, dtype);
  return ggufFile(path, entries, tensors);
}

/** Number of matrices stored as f16 because their rows are not whole blocks. */
export function unquantisedCount({ tensors }: Pick<LoadedModel, "tensors">, dtype: GgufWeights): number {
  if (isFloatType(dtype)) return 0;
  return [...tensors.values()].filter((tensor) => tensor.shape.length > 1 && !rowsFit(dtype, tensor.shape))
    .length;
}

function newEntries(
  { tokenizer, name, license }: GgufMergeSource,
  { architecture, entries }: GgufTarget,
  dtype: GgufWeights,
): GgufEntry[] {
  return [
    ggufEntry("general.architecture", { text: architecture }),
    ggufEntry("general.type", { text: "model" }),
    ggufEntry("general.name", { text: name }),
    ...(license === "" ? [] : [ggufEntry("general.license", { text: license.toLowerCase() })]),
    ...entries,
    ...typeEntries(dtype),
    ...tokenizer,
  ];
}

/** ggml's quantisation version. */
const QUANTISATION_VERSION = 2;

function typeEntries(dtype: GgufWeights): GgufEntry[] {
  return [
    ggufEntry("general.file_type", { u32: fileTypes[dtype] }),
    ggufEntry("general.quantization_version", { u32: QUANTISATION_VERSION }),
  ];
}

/** Metadata of the original file, except name and file type. */
async function keptEntries(
  origin: GgufOrigin,
  { name, chatTemplate }: GgufMergeSource,
  dtype: GgufWeights,
): Promise<GgufEntry[]> {
  const ours = [
    ggufEntry("general.name", { text: name }),
    ...typeEntries(dtype),
    ...(chatTemplate === null ? [] : [ggufEntry("tokenizer.chat_template", { text: chatTemplate })]),
  ];
  const replaced = new Set([...ours.map(({ key }) => key), "general.alignment"]);
  const kept: GgufEntry[] = [];
  for (const entry of origin.entries) {
    if (!replaced.has(entry.key)) kept.push({ key: entry.key, bytes: await entry.read() });
  }
  return [...kept, ...ours];
}

/** Changes to base tensors, by name. */
type Changes = ReadonlyMap<string, BaseChange>;

/** A base tensor to be written. */
interface Part {
  readonly name: string;
  readonly hubName: string;
  readonly source: TensorSource;
  readonly order: RowOrder | null;
  /** Offset added to the values, relative to Hugging Face. */
  readonly offset: number;
  /** Stored (in, out) in Hugging Face's file; llama.cpp stores the transpose. */
  readonly isTurned: boolean;
  readonly dtype: GgufWeights;
  changes(): Promise<Changes>;
}

function tensorsOfFolder(source: GgufMergeSource, target: GgufTarget, dtype: GgufWeights): TensorToWrite[] {
  const part = partMaker(source, target, dtype);
  const tensors = [...mergeableTensors(source.model, source.adapter)].map(([name, tensor]) =>
    writtenTensor(part(name, tensor)),
  );
  const factors = [...target.ropeFactors].map(([name, values]): TensorToWrite => ({
    name,
    dtype: "F32",
    shape: [values.length],
    chunks: () => [narrow("F32", values)],
  }));
  return [...factors, ...tensors];
}

async function tensorsOfFile(
  source: GgufMergeSource,
  target: GgufTarget,
  origin: GgufOrigin,
  dtype: GgufWeights,
): Promise<TensorToWrite[]> {
  const part = partMaker(source, target, dtype);
  const changes = await source.changes();
  const left = new Map(mergeableTensors(source.model, source.adapter));
  const tensors = [...origin.tensors.values()].map((stored): TensorToWrite => {
    const name = hubNameOf(target.names, stored.name)?.name ?? "";
    const tensor = left.get(name);
    left.delete(name);
    const isKept = !tensor || (isBlockType(stored.dtype) && !changes.has(name));
    return isKept ? storedTensor(stored) : writtenTensor(part(name, tensor));
  });
  // An untied head that the original file lacks.
  const added = [...left].filter(([name]) => changes.has(name));
  return [...tensors, ...added.map(([name, tensor]) => writtenTensor(part(name, tensor)))];
}

/** A tensor copied from the base's file. */
function storedTensor(stored: ModelTensor): TensorToWrite {
  const { name, dtype, shape, sizeBytes } = stored;
  return {
    name,
    dtype: dtype as GgufType,
    shape,
    async *chunks() {
      for (let start = 0; start < sizeBytes; start += COPY_BYTES) {
        yield await stored.read(start, Math.min(sizeBytes, start + COPY_BYTES));
      }
    },
  };
}

function partMaker(
  { changes, model }: GgufMergeSource,
  target: GgufTarget,
  dtype: GgufWeights,
): (hubName: string, source: TensorSource) => Part {
  const turned = new Set(linearLayers(model.spec).flatMap(({ path, conv1d }) => (conv1d ? [path] : [])));
  return (hubName, source) => {
    const path = hubName.replace(/\.(weight|bias)$/, "");
    const ggufPath = defined(ggufPathOf(target.names, path), hubName);
    const part = ggufPath.split(".").at(-1) ?? "";
    const isMatrix = source.shape.length > 1;
    return {
      name: `${ggufPath}${hubName.slice(path.length)}`,
      hubName,
      source,
      order: target.rowOrder(part),
      offset: part.endsWith("norm") && hubName.endsWith(".weight") ? target.normOffset : 0,
      isTurned: isMatrix && turned.has(path),
      dtype: isMatrix && part !== "position_embd" ? dtype : "F32",
      changes,
    };
  };
}

function writtenTensor(part: Part): TensorToWrite {
  const shape = part.isTurned ? [...part.source.shape].reverse() : part.source.shape;
  const dtype = rowsFit(part.dtype, shape) ? part.dtype : "F16";
  return {
    name: part.name,
    dtype,
    shape,
    async *chunks() {
      const change = (await part.changes()).get(part.hubName) ?? null;
      for await (const values of valuesOf(part, change)) yield stored(values, dtype);
    },
  };
}

function stored(values: Float32Array<ArrayBuffer>, dtype: GgufWeights): Uint8Array<ArrayBuffer> {
  return isFloatType(dtype) ? narrow(dtype, values) : quantise(dtype, values);
}

/** Tensor values in llama.cpp's layout: whole if changed or permuted, otherwise row by row. */
async function* valuesOf(
  { source, order, offset, isTurned }: Part,
  change: BaseChange | null,
): AsyncGenerator<Float32Array<ArrayBuffer>, void> {
  const [rows = 1, width = 1] = source.shape;
  if (!change && !order && offset === 0 && !isTurned && !source.isTransposed) {
    const step = Math.max(1, Math.floor(PIECE / width));
    for (let row = 0; row < rows; row += step) {
      yield await readValues(source, row * width, Math.min(step, rows - row) * width);
    }
    return;
  }
  const base = { shape: source.shape, data: await readAllValues(source) };
  let { data } = change ? change(base) : base;
  if (isTurned) data = new Float32Array(transposed(data, rows, width).buffer);
  if (order) data = reordered(data, rows, order);
  yield offset === 0 ? data : data.map((value) => value + offset);
}
