import { LuthierError } from "../../lib/errors";
import type { GgufValue, MetadataReader } from "./metadata";

/**
 * Architecture keys without effect: llama.cpp writes or reads them, but they do not affect computation in the supported
 * architectures.
 */
const NO_EFFECT: ReadonlySet<string> = new Set([
  // Implied by the embedding's shape.
  "vocab_size",
  // From files before GGUF fixed the order.
  "tensor_data_layout",
  // Informational: whether the context was extended, and the original length.
  "rope.scaling.finetuned",
  "rope.scaling.original_context_length",
]);

/** Keys that are neutral at these values. */
const NEUTRAL: Readonly<Record<string, readonly GgufValue[]>> = {
  "attention.causal": [true],
  "rope.scaling.attn_factor": [1],
  "rope.scaling.type": ["none", "linear"],
  use_parallel_residual: [false],
};

/**
 * Checks that each key of the architecture was read or has no effect.
 * @param noEffect further keys without effect, for this architecture
 * @throws LuthierError("model/gguf-key") for a key that may affect computation
 */
export function checkKeys(
  metadata: MetadataReader,
  architecture: string,
  file: string,
  noEffect: readonly string[],
): void {
  const prefix = `${architecture}.`;
  for (const [name, value] of metadata.unread(prefix)) {
    const key = name.slice(prefix.length);
    const isOff = NEUTRAL[key] ? NEUTRAL[key].includes(value) : isEmpty(value);
    if (NO_EFFECT.has(key) || noEffect.includes(key) || isOff) continue;
    throw new LuthierError({ code: "model/gguf-key", file, key: name, value: shown(value) });
  }
}

/** 0, false, or a list of these. */
function isEmpty(value: GgufValue): boolean {
  return Array.isArray(value) ? value.every((item) => !item) : !value;
}

function shown(value: GgufValue): string {
  return Array.isArray(value) ? `[${value.slice(0, 4).join(", ")}…]` : String(value);
}

/** Tensors that llama.cpp ignores: rotary frequencies in old files, which are recomputed. */
const UNUSED = /^blk\.\d+\.attn_rot_embd\.weight$/;

/** Tensors named in an error; the rest are counted. */
const NAMED = 5;

/**
 * Checks that no unmapped tensors are left.
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
