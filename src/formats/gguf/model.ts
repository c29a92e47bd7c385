import { LuthierError } from "../../lib/errors";
import { otherKind } from "../../lib/model-kind";
import { baseName, type ByteSource } from "../byte-source";
import { widen } from "../float-bits";
import type { ModelTensor } from "../model-weights";
import type { TokenizerFiles } from "../tokenizer-files";
import { type Architecture, architectures, fieldsOf } from "./architectures";
import { type GgufHeader, readGgufHeader } from "./header";
import { checkKeys, checkTensors } from "./unused";
import { SAMPLING_NAMES } from "./keys";
import { type GgufMetadata, MetadataReader } from "./metadata";
import { offsetTensor, plainTensor, rowsByHead, transposedTensor, deinterleavedHeads } from "./tensors";
import { hubNameOf } from "./names";
import { llama3Scaling } from "./rope-factors";
import { endTokenIds, tokenizerFiles } from "./tokenizer";

/** The original files, so that exports can copy unchanged parts. */
export interface GgufOrigin {
  readonly architecture: string;
  /** Metadata entries as stored, without the split count. */
  readonly entries: readonly StoredEntry[];
  /** Tensors as stored, by llama.cpp's names, in file order. */
  readonly tensors: ReadonlyMap<string, ModelTensor>;
}

/** A metadata entry, read on demand. */
export interface StoredEntry {
  readonly key: string;
  /** Raw bytes of key, type and value. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model from GGUF files, in Hugging Face's terms; weights are read on demand. */
export interface GgufModel {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>>;
  readonly tokenizer: TokenizerFiles;
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  readonly gguf: GgufOrigin;
}

/** One file with its parsed header. */
interface GgufPart {
  readonly file: ByteSource;
  readonly header: GgufHeader;
  /** Number of this part, and of all parts; the first part has the metadata. */
  readonly count: number;
  readonly number: number;
}

/** No model has more parts. */
const MAX_PARTS = 1024;
/** Parts listed in an error. */
const NAMED_PARTS = 3;

const ROPE_FACTORS = "rope_freqs.weight";
/** LongRoPE's divisors, within the original context length and beyond it. */
const LONG_ROPE_FACTORS = ["rope_factors_short.weight", "rope_factors_long.weight"] as const;

/**
 * Opens a GGUF file, or all parts of a split one.
 * @throws LuthierError("format" or "model") on damage, missing parts and unsupported kinds
 */
export async function openGguf(files: readonly ByteSource[]): Promise<GgufModel> {
  const parts: GgufPart[] = [];
  for (const file of files) parts.push(await openPart(file));
  parts.sort((a, b) => a.number - b.number);
  const [first] = parts;
  if (!first) throw new LuthierError({ code: "model/no-gguf" });
  checkParts(parts);
  const metadata = new MetadataReader(first.header.metadata, first.file.name);
  const type = metadata.text("general.architecture") ?? "";
  const architecture = findArchitecture(first.file, metadata, type);
  const stored = collect(parts);
  const config = await makeConfig(architecture, metadata, type, stored);
  const tokenizer = tokenizerFiles(metadata);
  const generationConfig = { eos_token_id: endTokenIds(metadata), ...samplingOf(first.header.metadata) };
  checkKeys(metadata, type, first.file.name, architecture.ignoredKeys ?? []);
  return {
    name: baseName(first.file.name).replace(/(-\d{5}-of-\d{5})?\.gguf$/i, ""),
    config,
    generationConfig,
    tokenizer,
    tensors: translate(architecture, metadata, type, stored),
    gguf: { architecture: type, entries: storedEntries(first.file, first.header), tensors: stored },
  };
}

const SAMPLING = "general.sampling.";

/** The file's sampler settings, by generation_config.json's names where there are any. */
function samplingOf(metadata: GgufMetadata): Record<string, unknown> {
  const settings = [...metadata].filter(([key]) => key.startsWith(SAMPLING));
  if (settings.length === 0) return {};
  const named = settings.map(([key, value]) => {
    const name = key.slice(SAMPLING.length);
    return [SAMPLING_NAMES[name] ?? name, value] as const;
  });
  return { do_sample: metadata.get(`${SAMPLING}temp`) !== 0, ...Object.fromEntries(named) };
}

/** Tensors of all parts by name. Errors: duplicates. */
function collect(parts: readonly GgufPart[]): Map<string, ModelTensor> {
  const stored = new Map<string, ModelTensor>();
  for (const { file, header } of parts) {
    for (const tensor of header.tensors) {
      if (stored.has(tensor.name))
        throw new LuthierError({
          code: "model/gguf-tensors",
          file: file.name,
          names: [tensor.name],
          count: 1,
        });
      stored.set(tensor.name, plainTensor(file, tensor, tensor.name));
    }
  }
  return stored;
}

function storedEntries(file: ByteSource, { entries }: GgufHeader): StoredEntry[] {
  return entries
    .filter(({ key }) => !key.startsWith("split."))
    .map(({ key, start, end }) => ({ key, read: () => file.read(start, end) }));
}

async function openPart(file: ByteSource): Promise<GgufPart> {
  const header = await readGgufHeader(file);
  const metadata = new MetadataReader(header.metadata, file.name);
  const [count, number] = [metadata.number("split.count") ?? 1, metadata.number("split.no") ?? 0];
  return { file, header, count, number };
}

/** Errors: parts of different models, or a missing part. */
function checkParts(parts: readonly GgufPart[]): void {
  const count = parts[0]?.count ?? 1;
  if (count <= 1 && parts.length === 1) return;
  const numbers = new Set(parts.map(({ number }) => number));
  if (parts.some((part) => part.count !== count) || numbers.size < parts.length)
    throw new LuthierError({ code: "model/several-ggufs", given: parts.length });
  const file = parts[0]?.file.name ?? "";
  const missing = Array.from({ length: Math.min(count, MAX_PARTS) }, (_, number) => number).filter(
    (number) => !numbers.has(number),
  );
  if (missing.length === 0) return;
  const names = missing.map((number) => partName(file, number));
  throw new LuthierError({ code: "model/gguf-parts", file, count, missing: names.slice(0, NAMED_PARTS) });
}

/** File name of another part in llama.cpp's naming scheme; only its number if the file is named differently. */
function partName(file: string, number: number): string {
  const shown = String(number + 1).padStart(5, "0");
  const name = baseName(file);
  const found = /-\d{5}(-of-\d{5}\.gguf)$/i.exec(name);
  return found ? `${name.slice(0, found.index)}-${shown}${found[1] ?? ""}` : shown;
}

function findArchitecture(file: ByteSource, metadata: MetadataReader, type: string): Architecture {
  const kind = metadata.text("general.type") ?? "model";
  const architecture = Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (architecture && kind === "model") return architecture;
  const known = Object.keys(architectures);
  if (kind === "model") {
    throw new LuthierError({
      code: "model/gguf-architecture",
      file: file.name,
      architecture: type,
      kind: otherKind(type),
      known,
    });
  }
  throw new LuthierError({ code: "model/gguf-kind", file: file.name, kind, known });
}

async function makeConfig(
  architecture: Architecture,
  metadata: MetadataReader,
  type: string,
  stored: ReadonlyMap<string, ModelTensor>,
): Promise<Record<string, unknown>> {
  const fields = fieldsOf(metadata, type, {
    vocabularySize: stored.get("token_embd.weight")?.shape[0] ?? 0,
    isHeadTied: !stored.has("output.weight"),
    ropeDivisors: await longRopeDivisors(stored),
    hasInLayers: (part) => [...stored.keys()].some((name) => name.replace(/^blk\.\d+\./, "") === part),
  });
  const config = architecture.config(fields);
  const factors = stored.get(ROPE_FACTORS);
  if (!factors) return config;
  if (factors.dtype !== "F32" || config.rope_scaling)
    throw new LuthierError({
      code: "model/gguf-tensors",
      file: metadata.file,
      names: [ROPE_FACTORS],
      count: 1,
    });
  const divisors = widen("F32", await factors.read(0, factors.sizeBytes));
  return {
    ...config,
    rope_scaling: llama3Scaling(divisors, fields.number("rope.freq_base", 10000) ?? 10000),
  };
}

async function longRopeDivisors(
  stored: ReadonlyMap<string, ModelTensor>,
): Promise<{ short: number[]; long: number[] } | null> {
  const [short, long] = await Promise.all(
    LONG_ROPE_FACTORS.map(async (name) => {
      const tensor = stored.get(name);
      if (tensor?.dtype !== "F32") return null;
      return Array.from(widen("F32", await tensor.read(0, tensor.sizeBytes)), (value) =>
        Number(value.toPrecision(7)),
      );
    }),
  );
  return short && long ? { short, long } : null;
}

/** All tensors under Hugging Face's names and in its order. Errors: tensors that the model does not use. */
function translate(
  architecture: Architecture,
  metadata: MetadataReader,
  type: string,
  stored: ReadonlyMap<string, ModelTensor>,
): Map<string, ModelTensor> {
  const mixed = architecture.hasInterleavedHeads ? mixedHeads(metadata, type) : {};
  const heads = architecture.gathered ? metadata.requireNumber(`${type}.attention.head_count`) : 0;
  const hasLongRope = type === "phi3" && LONG_ROPE_FACTORS.every((name) => stored.has(name));
  const tensors = new Map<string, ModelTensor>();
  const others: string[] = [];
  for (const tensor of stored.values()) {
    const found = hubNameOf(architecture.names, tensor.name);
    if (!found) {
      const isKnown = tensor.name === ROPE_FACTORS || (hasLongRope && isLongRopeFactor(tensor.name));
      if (!isKnown) others.push(tensor.name);
      continue;
    }
    const { name, part, kind } = found;
    tensors.set(name, { ...adapt(architecture, tensor, part, kind, mixed[part] ?? 0, heads), name });
  }
  checkTensors(others, metadata.file);
  return tensors;
}

function isLongRopeFactor(name: string): boolean {
  return LONG_ROPE_FACTORS.some((factor) => factor === name);
}

/** Heads of the layers whose rows llama.cpp has permuted. */
function mixedHeads(metadata: MetadataReader, type: string): Readonly<Record<string, number>> {
  const queryHeads = metadata.requireNumber(`${type}.attention.head_count`);
  return { attn_q: queryHeads, attn_k: metadata.number(`${type}.attention.head_count_kv`) ?? queryHeads };
}

/** Reverts the changes that llama.cpp's converter made to a tensor. */
function adapt(
  { normOffset = 0, transposed = [], gathered = [] }: Architecture,
  tensor: ModelTensor,
  part: string,
  kind: string,
  mixedHeads: number,
  heads: number,
): ModelTensor {
  const [rows = 0] = tensor.shape;
  if (gathered.includes(part) && heads > 0 && rows % (3 * heads) === 0) return rowsByHead(tensor, heads);
  if (mixedHeads > 0 && rows % (2 * mixedHeads) === 0) return deinterleavedHeads(tensor, mixedHeads);
  if (normOffset !== 0 && part.endsWith("norm") && tensor.dtype === "F32")
    return offsetTensor(tensor, normOffset);
  if (kind === "weight" && transposed.includes(part)) return transposedTensor(tensor);
  return tensor;
}
