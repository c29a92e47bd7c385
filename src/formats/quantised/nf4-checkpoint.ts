import * as v from "valibot";
import { LuthierError } from "../../lib/errors";
import { parseJsonObject } from "../../lib/json";
import type { Nf4Fault } from "../../lib/problems/format-problems";
import { objectOf, parseAs } from "../../lib/schema";
import { widen } from "../float-bits";
import type { ModelTensor } from "../model-weights";
import { blockTypes, storedBytes } from "./block-types";
import { DYNAMIC_VALUES, type Nf4BlockSize, nf4Type, NF4_VALUES, packNf4, packNf4Double } from "./nf4";

const STATE_SUFFIX = ".quant_state.bitsandbytes__nf4";
const SMALLEST_BLOCK = 64;
const NESTED = 256;

const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const multipleOf = (factor: number) => v.pipe(positive, v.multipleOf(factor));

/** bitsandbytes' quantisation state of a matrix. */
const quantState = objectOf({
  quant_type: v.literal("nf4"),
  blocksize: multipleOf(SMALLEST_BLOCK),
  shape: v.pipe(v.array(positive), v.length(2)),
});
/** Additional state with double quantisation. */
const nestedState = objectOf({ nested_blocksize: multipleOf(NESTED), nested_offset: v.number() });

/** The tensors that bitsandbytes stores for one matrix, validated against each other. */
interface Nf4Parts {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly codes: ModelTensor;
  readonly absmax: ModelTensor;
  /** Block size in the checkpoint: a multiple of 64. */
  readonly blockSize: number;
  /** Our block size: the largest supported one that divides the checkpoint's. */
  readonly ownBlock: Nf4BlockSize;
  /** Quantisation of the scales, if any. */
  readonly nested: {
    readonly absmax: ModelTensor;
    readonly blockSize: number;
    readonly offset: number;
  } | null;
}

/**
 * Joins NF4 matrices that bitsandbytes stores as several tensors (`….weight`, `….weight.absmax` and so on); other
 * tensors are returned unchanged.
 *
 * @throws LuthierError("format") if the parts of a matrix are inconsistent
 */
export async function joinNf4(
  tensors: ReadonlyMap<string, ModelTensor>,
): Promise<ReadonlyMap<string, ModelTensor>> {
  const names = [...tensors.keys()]
    .filter((key) => key.endsWith(STATE_SUFFIX))
    .map((key) => key.slice(0, -STATE_SUFFIX.length));
  if (names.length === 0) return tensors;
  const joined = new Map<string, ModelTensor>();
  for (const name of names) joined.set(name, join(await readParts(name, tensors)));
  const isPart = (key: string): boolean => names.some((name) => key === name || key.startsWith(`${name}.`));
  for (const [key, tensor] of tensors) if (!joined.has(key) && !isPart(key)) joined.set(key, tensor);
  return joined;
}

function broken(matrix: string, fault: Nf4Fault): LuthierError {
  return new LuthierError({ code: "format/nf4", matrix, fault });
}

async function readParts(name: string, tensors: ReadonlyMap<string, ModelTensor>): Promise<Nf4Parts> {
  const part = (suffix: string): ModelTensor => {
    const tensor = tensors.get(`${name}${suffix}`);
    if (!tensor) throw broken(name, { kind: "part-missing", part: `${name}${suffix}` });
    return tensor;
  };
  const file = name + STATE_SUFFIX;
  const state = parseJsonObject(new TextDecoder().decode(await readAll(part(STATE_SUFFIX))), file);
  const { blocksize: blockSize, shape } = parseAs(quantState, state, { file, remedy: "renew-nf4" });
  const elements = shape.reduce((product: number, size: number) => product * size, 1);
  await checkTable(name, part(".quant_map"), NF4_VALUES);
  const absmax = part(".absmax");
  const nested = tensors.has(`${name}.nested_absmax`)
    ? readNested(state, file, part(".nested_absmax"))
    : null;
  if (nested) await checkTable(name, part(".nested_quant_map"), DYNAMIC_VALUES);
  const codes = part("");
  const scales = Math.ceil(elements / blockSize);
  expectBytes(name, codes, "U8", Math.ceil(elements / 2));
  expectBytes(name, absmax, nested ? "U8" : "F32", nested ? scales : 4 * scales);
  if (nested) expectBytes(name, nested.absmax, "F32", 4 * Math.ceil(scales / nested.blockSize));
  const ownBlock = blockSize % 256 === 0 ? 256 : 64;
  return { name, shape, elements, codes, absmax, blockSize, ownBlock, nested };
}

function readNested(state: unknown, file: string, absmax: ModelTensor): NonNullable<Nf4Parts["nested"]> {
  const read = parseAs(nestedState, state, { file, remedy: "renew-nf4" });
  return { absmax, blockSize: read.nested_blocksize, offset: read.nested_offset };
}

function readAll(tensor: ModelTensor): Promise<Uint8Array<ArrayBuffer>> {
  return tensor.read(0, tensor.sizeBytes);
}

function expectBytes(name: string, tensor: ModelTensor, dtype: "U8" | "F32", bytes: number): void {
  if (tensor.dtype === dtype && tensor.sizeBytes === bytes) return;
  const found = { bytes: tensor.sizeBytes, dtype: tensor.dtype };
  throw broken(name, { kind: "wrong-size", tensor: tensor.name, asked: { bytes, dtype }, found });
}

/** Validates a lookup table: a different one would decode to different values. */
async function checkTable(name: string, tensor: ModelTensor, table: Float32Array): Promise<void> {
  expectBytes(name, tensor, "F32", 4 * table.length);
  const values = widen("F32", await readAll(tensor));
  if (values.some((value, i) => !(Math.abs(value - (table[i] ?? 0)) <= 1e-6))) {
    throw broken(name, { kind: "own-table", tensor: tensor.name });
  }
}

function join(parts: Nf4Parts): ModelTensor {
  const { name, shape, elements, ownBlock, nested } = parts;
  const dtype = nf4Type(ownBlock, nested !== null);
  const layout = blockTypes[dtype];
  return {
    name,
    dtype,
    shape,
    sizeBytes: storedBytes(dtype, elements),
    async read(start, end) {
      const first = (start / layout.bytes) * layout.elements;
      const last = Math.min(Math.ceil(end / layout.bytes) * layout.elements, elements);
      if (first >= last) return new Uint8Array(0);
      const packed = nested
        ? await packDouble(parts, nested, first, last)
        : await packSingle(parts, first, last);
      return packed.slice(0, end - start);
    },
  };
}

/** Codes of numbers `first` … `last`, in whole blocks. */
async function readCodes(
  { codes, ownBlock }: Nf4Parts,
  first: number,
  last: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array((Math.ceil((last - first) / ownBlock) * ownBlock) / 2);
  whole.set(await codes.read(first / 2, Math.ceil(last / 2)));
  return whole;
}

/** For each of our blocks, the checkpoint block that contains it, relative to that of the first. */
function blockOwners(
  { blockSize, ownBlock }: Nf4Parts,
  first: number,
  last: number,
): { from: number; to: number; of: number[] } {
  const from = Math.floor(first / blockSize);
  const of = Array.from(
    { length: Math.ceil((last - first) / ownBlock) },
    (_, block) => Math.floor((first + block * ownBlock) / blockSize) - from,
  );
  return { from, to: Math.ceil(last / blockSize), of };
}

async function packSingle(parts: Nf4Parts, first: number, last: number): Promise<Uint8Array<ArrayBuffer>> {
  const owners = blockOwners(parts, first, last);
  const scales = widen("F32", await parts.absmax.read(4 * owners.from, 4 * owners.to));
  const absmax = Float32Array.from(owners.of, (owner) => scales[owner] ?? 0);
  const codes = await readCodes(parts, first, last);
  return packNf4({ elements: last - first, blockSize: parts.ownBlock, codes, absmax });
}

async function packDouble(
  parts: Nf4Parts,
  nested: NonNullable<Nf4Parts["nested"]>,
  first: number,
  last: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const owners = blockOwners(parts, first, last);
  const stored = await parts.absmax.read(owners.from, owners.to);
  const scales = widen("F32", await readAll(nested.absmax));
  const groups = Math.ceil(owners.of.length / NESTED);
  // All scales of one of our groups are in a single checkpoint group, since its blocks are at least as large.
  const groupScales = Float32Array.from({ length: groups }, (_, group) => {
    const block = owners.from + (owners.of[group * NESTED] ?? 0);
    return scales[Math.floor(block / nested.blockSize)] ?? 0;
  });
  const matrix = {
    elements: last - first,
    blockSize: parts.ownBlock,
    codes: await readCodes(parts, first, last),
  };
  return packNf4Double(matrix, {
    codes: Uint8Array.from(owners.of, (owner) => stored[owner] ?? 0),
    nested: groupScales,
    offset: nested.offset,
  });
}
