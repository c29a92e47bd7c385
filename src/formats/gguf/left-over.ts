import { LuthierError } from "../../lib/errors";
import type { GgufValue, MetadataReader } from "./metadata";

/**
 * Keys under the architecture's prefix that change nothing: llama.cpp writes or reads them for its own use, and does not
 * compute by them in the architectures that are read here.
 */
const IDLE: ReadonlySet<string> = new Set([
  // The rows of the embedding say it.
  "vocab_size",
  // Of files from before GGUF had one order.
  "tensor_data_layout",
  // Whether a longer context was trained for, and what the shorter one was: notes beside the scaling itself.
  "rope.scaling.finetuned",
  "rope.scaling.original_context_length",
]);

/** Keys that say what holds anyway, by the values that do. */
const NEUTRAL: Readonly<Record<string, readonly GgufValue[]>> = {
  "attention.causal": [true],
  "rope.scaling.attn_factor": [1],
  "rope.scaling.type": ["none", "linear"],
  use_parallel_residual: [false],
};

/**
 * Checks that every key of the architecture was read, or changes nothing.
 * @param idle further keys of that kind for this architecture
 * @throws LuthierError("model/gguf-key") for one that may change what the model computes
 */
export function checkKeys(
  metadata: MetadataReader,
  architecture: string,
  file: string,
  idle: readonly string[],
): void {
  const prefix = `${architecture}.`;
  for (const [name, value] of metadata.unread(prefix)) {
    const key = name.slice(prefix.length);
    const isOff = NEUTRAL[key] ? NEUTRAL[key].includes(value) : isNothing(value);
    if (IDLE.has(key) || idle.includes(key) || isOff) continue;
    throw new LuthierError({ code: "model/gguf-key", file, key: name, value: shown(value) });
  }
}

/** 0, false, and what holds nothing. */
function isNothing(value: GgufValue): boolean {
  return Array.isArray(value) ? value.every((item) => !item) : !value;
}

function shown(value: GgufValue): string {
  return Array.isArray(value) ? `[${value.slice(0, 4).join(", ")}…]` : String(value);
}

/** Tensors that llama.cpp passes over: rotary frequencies of old files, computed anew. */
const UNUSED = /^blk\.\d+\.attn_rot_embd\.weight$/;

/** Named in an error; the rest are counted. */
const NAMED = 5;

/**
 * Checks that no tensor is left that has no place in the model.
 * @throws LuthierError("model/gguf-tensors")
 */
export function checkTensors(names: readonly string[], file: string): void {
  const left = names.filter((name) => !UNUSED.test(name));
  if (left.length === 0) return;
  throw new LuthierError({
    code: "model/gguf-tensors",
    file,
    names: left.slice(0, NAMED),
    count: left.length,
  });
}
