import { LuthierError } from "../../lib/errors";
import { NAMED_TEMPLATE, NO_EFFECT, REFUSED, TOKENIZER_NO_EFFECT, TOKENIZER_REFUSED } from "./keys";
import type { GgufValue, MetadataReader } from "./metadata";

/**
 * Checks that each key of the architecture and the tokenizer was read, has no effect, or has a value without effect.
 * @param noEffect further keys without effect, for this architecture
 * @throws LuthierError("model/gguf-key") for a key that may affect computation
 */
export function checkKeys(
  metadata: MetadataReader,
  architecture: string,
  file: string,
  noEffect: readonly string[],
): void {
  const ignored = new Set([...noEffect, ...Object.values(NO_EFFECT).flat()]);
  checkUnread(metadata, `${architecture}.`, file, (key) => ignored.has(key), REFUSED);
  const idle = new Set(Object.values(TOKENIZER_NO_EFFECT).flat());
  const isIdle = (key: string): boolean => idle.has(key) || NAMED_TEMPLATE.test(key);
  checkUnread(metadata, "tokenizer.", file, isIdle, TOKENIZER_REFUSED);
}

function checkUnread(
  metadata: MetadataReader,
  prefix: string,
  file: string,
  isIgnored: (key: string) => boolean,
  refused: typeof REFUSED,
): void {
  for (const [name, value] of metadata.unread(prefix)) {
    const key = name.slice(prefix.length);
    const neutral = Object.hasOwn(refused, key) ? (refused[key] ?? []) : [];
    if (isIgnored(key) || isNeutral(value, neutral)) continue;
    throw new LuthierError({ code: "model/gguf-key", file, key: name, value: shown(value) });
  }
}

/** A neutral value, or a list of these. */
function isNeutral(value: GgufValue, neutral: readonly GgufValue[]): boolean {
  return Array.isArray(value)
    ? neutral.length > 0 && value.every((item: GgufValue) => neutral.includes(item))
    : neutral.includes(value);
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
