/** A typed GGUF metadata value. */
export type Entry =
  | { readonly type: "u32"; readonly value: number }
  | { readonly type: "f32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "texts"; readonly value: readonly string[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "ints"; readonly value: readonly number[] };

export interface TensorToStore {
  readonly name: string;
  /** GGUF type id; 0 is F32. */
  readonly type: number;
  /** Dimensions in file order: row length first. */
  readonly sizes: readonly number[];
  readonly data: Uint8Array;
  /** Declared data offset; default: the actual one. */
  readonly offset?: number;
}

export interface GgufToWrite {
  readonly metadata: readonly (readonly [key: string, entry: Entry])[];
  readonly tensors: readonly TensorToStore[];
  readonly version?: number;
}

const ALIGNMENT = 32;
const types = { u32: 4, f32: 6, bool: 7, text: 8, texts: 8, floats: 6, ints: 5 } as const;

/** Writes a GGUF file, valid or not. */
export function writeGguf({ metadata, tensors, version = 3 }: GgufToWrite): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.u32(version);
  out.u64(tensors.length);
  out.u64(metadata.length);
  for (const [key, entry] of metadata) {
    out.text(key);
    writeEntry(out, entry);
  }
  let offset = 0;
  for (const { name, type, sizes, data, offset: told = offset } of tensors) {
    out.text(name);
    out.u32(sizes.length);
    for (const size of sizes) out.u64(size);
    out.u32(type);
    out.u64(told);
    offset = Math.ceil((offset + data.length) / ALIGNMENT) * ALIGNMENT;
  }
  for (const { data } of tensors) {
    out.align();
    out.bytes(data);
  }
  return out.done();
}

/** Encodes numbers as F32 tensor data. */
export function f32Data(values: Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(values.buffer);
}

function writeEntry(out: ByteWriter, entry: Entry): void {
  const { type, value } = entry;
  if (Array.isArray(value)) {
    out.u32(9);
    out.u32(types[type]);
    out.u64(value.length);
    for (const item of value) writeScalar(out, types[type], item);
  } else {
    out.u32(types[type]);
    writeScalar(out, types[type], value as number | boolean | string);
  }
}

function writeScalar(out: ByteWriter, type: number, value: number | boolean | string): void {
  if (typeof value === "string") out.text(value);
  else if (typeof value === "boolean") out.bytes(Uint8Array.of(value ? 1 : 0));
  else if (type === 6) out.f32(value);
  else out.u32(value);
}

class ByteWriter {
  readonly #parts: number[] = [];

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#parts.push(byte);
  }

  u32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  f32(value: number): void {
    this.bytes(new Uint8Array(Float32Array.of(value).buffer));
  }

  u64(value: number): void {
    this.bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  align(): void {
    while (this.#parts.length % ALIGNMENT !== 0) this.#parts.push(0);
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#parts);
  }
}
