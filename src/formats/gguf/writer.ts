import { invariant } from "../../lib/invariant";
import { blockLayout, type BlockType, type FloatType, storedBytes } from "../quantised/block-types";
import { type GgufType, typeNumbers } from "./types";

/** A metadata entry, encoded: key, type and value. */
export interface GgufEntry {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A value tagged with its GGUF type. */
export type TypedValue =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly f32s: readonly number[] }
  | { readonly i32s: readonly number[] };

/** A tensor to write: llama.cpp's name, and its shape, rows first. */
export interface TensorDescription {
  readonly name: string;
  readonly dtype: GgufType;
  readonly shape: readonly number[];
}

const ALIGNMENT = 32;
const VERSION = 3;
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9 } as const;

/** Encodes a metadata entry. */
export function ggufEntry(key: string, value: TypedValue): GgufEntry {
  const out = new Bytes();
  out.text(key);
  writeValue(out, value);
  return { key, bytes: out.done() };
}

/** Encodes everything before the tensor data: header, metadata, tensor descriptions with offsets, and padding. */
export function ggufHeader(
  entries: readonly GgufEntry[],
  tensors: readonly TensorDescription[],
): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.u32(VERSION);
  out.u64(tensors.length);
  out.u64(entries.length);
  for (const { bytes } of entries) out.bytes(bytes);
  let offset = 0;
  for (const tensor of tensors) {
    out.text(tensor.name);
    out.u32(tensor.shape.length);
    for (const size of [...tensor.shape].reverse()) out.u64(size);
    out.u32(typeNumbers[tensor.dtype]);
    out.u64(offset);
    offset += tensorBytes(tensor) + paddingAfter(tensor);
  }
  out.align(ALIGNMENT);
  return out.done();
}

/** Byte size of a tensor's data. */
export function tensorBytes({ dtype, shape }: TensorDescription): number {
  return storedBytes(dtype, elementsOf(shape));
}

/** Padding bytes after a tensor, for alignment. */
export function paddingAfter(tensor: TensorDescription): number {
  const bytes = tensorBytes(tensor);
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT - bytes;
}

/** Whether a matrix's rows are whole blocks of a type. */
export function rowsFit(dtype: FloatType | BlockType, shape: readonly number[]): boolean {
  return (shape.at(-1) ?? 0) % blockLayout(dtype).elements === 0;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function writeValue(out: Bytes, value: TypedValue): void {
  if ("u32" in value) writeScalar(out, "u32", value.u32);
  else if ("f32" in value) writeScalar(out, "f32", value.f32);
  else if ("text" in value) {
    out.u32(TYPES.text);
    out.text(value.text);
  } else if ("bool" in value) {
    out.u32(TYPES.bool);
    out.bytes(Uint8Array.of(value.bool ? 1 : 0));
  } else if ("texts" in value) {
    writeList(out, "text", value.texts.length);
    for (const text of value.texts) out.text(text);
  } else if ("f32s" in value) {
    writeList(out, "f32", value.f32s.length);
    out.bytes(new Uint8Array(Float32Array.from(value.f32s).buffer));
  } else {
    writeList(out, "i32", value.i32s.length);
    out.bytes(new Uint8Array(Int32Array.from(value.i32s).buffer));
  }
}

function writeScalar(out: Bytes, type: "u32" | "f32", value: number): void {
  out.u32(TYPES[type]);
  if (type === "u32") out.u32(value);
  else out.bytes(new Uint8Array(Float32Array.of(value).buffer));
}

function writeList(out: Bytes, type: "text" | "f32" | "i32", length: number): void {
  out.u32(TYPES.list);
  out.u32(TYPES[type]);
  out.u64(length);
}

/** A growable byte buffer. */
class Bytes {
  #buffer = new Uint8Array(1024);
  #length = 0;

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  u32(value: number): void {
    invariant(value >= 0 && value < 2 ** 32, `${value} as a u32`);
    this.#room(4);
    new DataView(this.#buffer.buffer).setUint32(this.#length, value, true);
    this.#length += 4;
  }

  u64(value: number): void {
    this.#room(8);
    new DataView(this.#buffer.buffer).setBigUint64(this.#length, BigInt(value), true);
    this.#length += 8;
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  align(to: number): void {
    this.bytes(new Uint8Array(Math.ceil(this.#length / to) * to - this.#length));
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + bytes));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
