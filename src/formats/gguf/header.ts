import { product } from "../../lib/numbers";
import { LuthierError } from "../../lib/errors";
import type { ByteSource } from "../byte-source";
import { blockLayout, storedBytes } from "../quantised/block-types";
import { Cursor } from "./cursor";
import { type EntryRange, type GgufMetadata, readMetadata } from "./metadata";
import { ggufType, type GgufType } from "./types";

/** A tensor description in a GGUF file. */
export interface GgufTensor {
  /** llama.cpp's name, e.g. "blk.0.attn_q.weight". */
  readonly name: string;
  readonly dtype: GgufType;
  /** Row-major order (rows first); the file stores dimensions reversed. */
  readonly shape: readonly number[];
  /** Byte offset in the file. */
  readonly start: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: GgufMetadata;
  /** Location of each metadata entry in the file. */
  readonly entries: readonly EntryRange[];
  /** In file order. */
  readonly tensors: readonly GgufTensor[];
}

const MAGIC = 0x46554747; // "GGUF"
const MAX_TENSORS = 65536;
const MAX_NAME_BYTES = 1024;
const MAX_DIMENSIONS = 4;
const DEFAULT_ALIGNMENT = 32;

/** Unsupported types, for error messages. */
const otherTypes: Readonly<Record<number, string>> = {
  10: "Q2_K",
  11: "Q3_K",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

/** Whether the file starts with the GGUF magic. */
async function isGguf(source: ByteSource): Promise<boolean> {
  if (source.sizeBytes < 4) return false;
  const bytes = await source.read(0, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;
}

/**
 * Reads and validates the header of a GGUF file (versions 2 and 3, little-endian): metadata, then each tensor's name,
 * type, shape and offset. Weights are not read.
 * @throws LuthierError("format") with the file and the offending entry or tensor
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  const cursor = new Cursor(source);
  if (!(await isGguf(source))) throw cursor.broken({ kind: "not-gguf" });
  await cursor.u32();
  const version = await cursor.u32();
  if (version !== 2 && version !== 3) throw cursor.broken({ kind: "version", version });
  const tensorCount = await cursor.count({ things: "tensors" }, MAX_TENSORS);
  const entryCount = await cursor.count({ things: "metadata-entries" }, cursor.remaining / 12);
  const { metadata, entries } = await readMetadata(cursor, entryCount);
  const described: DescribedTensor[] = [];
  for (let i = 0; i < tensorCount; i++) described.push(await readTensor(cursor));
  const alignment = readAlignment(cursor, metadata);
  const base = Math.ceil(cursor.position / alignment) * alignment;
  return { metadata, entries, tensors: placeTensors(cursor, source, described, base, alignment) };
}

interface DescribedTensor {
  readonly name: string;
  readonly dtype: GgufType;
  readonly shape: readonly number[];
  /** Relative to the first tensor. */
  readonly offset: number;
  readonly sizeBytes: number;
}

async function readTensor(cursor: Cursor): Promise<DescribedTensor> {
  const name = await cursor.name(MAX_NAME_BYTES);
  const dimensions = await cursor.u32();
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    throw cursor.broken({ kind: "dimensions", tensor: name, dimensions });
  }
  const sizes: number[] = [];
  for (let i = 0; i < dimensions; i++) {
    sizes.push(await cursor.count({ things: "numbers-along", tensor: name }, 2 ** 40));
  }
  const type = await cursor.u32();
  const offset = await cursor.count({ things: "bytes-before", tensor: name }, Number.MAX_SAFE_INTEGER);
  const dtype = ggufType(type);
  if (!dtype)
    throw new LuthierError({
      code: "model/gguf-type",
      file: cursor.file,
      tensor: name,
      type: otherTypes[type] ?? type,
    });
  const elements = product(sizes);
  const [rowLength = 0] = sizes;
  if (elements === 0 || !Number.isSafeInteger(elements) || rowLength % blockLayout(dtype).elements !== 0) {
    throw cursor.broken({ kind: "sizes", tensor: name, sizes, dtype });
  }
  return { name, dtype, shape: sizes.reverse(), offset, sizeBytes: storedBytes(dtype, elements) };
}

function readAlignment(cursor: Cursor, metadata: GgufMetadata): number {
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  const isPower = typeof alignment === "number" && alignment >= 1 && Number.isInteger(Math.log2(alignment));
  if (!isPower || alignment > 2 ** 20)
    throw cursor.broken({ kind: "alignment", alignment: String(alignment) });
  return alignment;
}

/** Checks that tensors are aligned, inside the file, and do not overlap. */
function placeTensors(
  cursor: Cursor,
  source: ByteSource,
  described: readonly DescribedTensor[],
  base: number,
  alignment: number,
): GgufTensor[] {
  const names = new Set<string>();
  const sorted = [...described].sort((a, b) => a.offset - b.offset);
  let taken = 0;
  return sorted.map(({ name, dtype, shape, offset, sizeBytes }) => {
    if (names.has(name)) throw cursor.broken({ kind: "tensor-twice", tensor: name });
    names.add(name);
    if (offset % alignment !== 0) throw cursor.broken({ kind: "not-aligned", tensor: name });
    if (offset < taken) throw cursor.broken({ kind: "overlap", tensor: name });
    taken = offset + sizeBytes;
    if (base + taken > source.sizeBytes) {
      const { sizeBytes: fileBytes } = source;
      throw cursor.broken({ kind: "cut", fileBytes, tensor: name, endBytes: base + taken });
    }
    return { name, dtype, shape, start: base + offset, end: base + taken };
  });
}
