import { product } from "../../lib/numbers";
import { isFloatType } from "../../formats/quantised/block-types";
import { LuthierError } from "../../lib/errors";
import type { ModelSpec } from "../nn/model-spec";
import {
  readValues,
  safetensorsTensor,
  type StoredTensor,
  type TensorSource,
} from "../weights/tensor-source";
import type { WeightDeclaration } from "../weights/weight-store";

/** Stored tensors by name. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** A model specification adjusted to the files, and access to their tensors. */
export interface Resolved {
  readonly spec: ModelSpec;
  /** Looks up a declared tensor. Errors: not in the files. */
  find(name: string): TensorSource;
}

/** Renames tensors of earlier versions to the model's current module names. */
export function renamedTensors({ earlierPaths = [] }: ModelSpec, files: StoredTensors): StoredTensors {
  if (earlierPaths.length === 0) return files;
  const nameNow = (name: string): string => {
    const [then, now] = earlierPaths.find(([start]) => name.startsWith(start)) ?? ["", ""];
    return now + name.slice(then.length);
  };
  return new Map([...files].map(([name, tensor]) => [nameNow(name), tensor]));
}

/** Number of values compared at a time. */
const CHUNK = 2 ** 18;

/**
 * Resolves what depends on the files, like transformers 5: the head is untied if its values differ from the
 * embedding's, whatever config.json says, and either of two tied tensors may be missing.
 * @throws LuthierError("model") when copies of an encoder-decoder's embedding differ
 */
export async function resolveFiles(described: ModelSpec, files: StoredTensors): Promise<Resolved> {
  const { prefix, embedTokens, embeddingCopies = [] } = described;
  const at = (name: string): StoredTensor | undefined =>
    files.get(name) ?? (name.startsWith(prefix) ? files.get(name.slice(prefix.length)) : undefined);
  const head = at(`${described.head.path}.weight`);
  const table = await embeddingOf(at, [embedTokens, ...embeddingCopies]);
  const mayShare = described.head.tied || described.head.mayBeMissing === true;
  const shares = mayShare && (!head || !table || (await areEqual(table, head)));
  const embedding = table ?? (shares ? head : undefined);
  return {
    spec: { ...described, head: { ...described.head, tied: shares } },
    find(name) {
      const stored = name === `${embedTokens}.weight` ? embedding : at(name);
      if (stored) return safetensorsTensor(stored);
      throw new LuthierError({ code: "model/no-tensor", name });
    },
  };
}

/** The token embedding under any of its paths; copies must be equal. */
async function embeddingOf(
  at: (name: string) => StoredTensor | undefined,
  paths: readonly string[],
): Promise<StoredTensor | undefined> {
  const [first, ...others] = paths.flatMap((path) => at(`${path}.weight`) ?? []);
  for (const other of others)
    if (first && !(await areEqual(first, other)))
      throw new LuthierError({ code: "model/embeddings-differ", names: [first.name, other.name] });
  return first;
}

/** Whether two matrices have equal values. */
async function areEqual(one: StoredTensor, other: StoredTensor): Promise<boolean> {
  if (one.shape.join() !== other.shape.join()) return false;
  const [a, b] = [safetensorsTensor(one), safetensorsTensor(other)];
  const total = product(one.shape);
  for (let first = 0; first < total; first += CHUNK) {
    const count = Math.min(CHUNK, total - first);
    const [left, right] = await Promise.all([readValues(a, first, count), readValues(b, first, count)]);
    if (left.some((value, i) => value !== right[i])) return false;
  }
  return true;
}

/**
 * Stored tensors that the language model does not use: recomputed buffers (masks, positions, rotary frequencies), an
 * unused table of T5, and heads of other tasks.
 */
const UNUSED = [
  /(^|\.)rotary_emb\.inv_freq$/,
  /(^|\.)attn\.rotary_emb\.[a-z_]+$/,
  /(^|\.)position_ids$/,
  /(^|\.)(attn|attention)\.(masked_)?bias$/,
  /^decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight$/,
  /^(score|classifier|classification_head|qa_outputs|v_head|value_head|multiple_choice_head)\./,
];

/** Tensors named in an error; the rest are counted. */
const NAMED = 5;

/**
 * Checks that each stored tensor is either declared by the model or known to be irrelevant. Integer and boolean tensors
 * are buffers.
 * @throws LuthierError("model/left-over-tensors")
 */
export function checkUnusedTensors(
  spec: ModelSpec,
  declared: readonly Pick<WeightDeclaration, "name">[],
  files: StoredTensors,
): void {
  const { prefix, head, embedTokens, embeddingCopies = [], textPart } = spec;
  const others = textPart?.otherPaths ?? [];
  const tables = [head.path, embedTokens, ...embeddingCopies].map((path) => `${path}.weight`);
  const known = new Set([...declared.map(({ name }) => name), ...tables]);
  const left = [...files].filter(([name, { dtype }]) => {
    const isKnown = known.has(name) || known.has(prefix + name);
    const isElsewhere = others.some((path) => name.startsWith(path));
    return !isKnown && !isElsewhere && !isBuffer(dtype) && !UNUSED.some((pattern) => pattern.test(name));
  });
  if (left.length === 0) return;
  const names = left.slice(0, NAMED).map(([name]) => name);
  throw new LuthierError({ code: "model/left-over-tensors", names, count: left.length });
}

const BUFFERS: ReadonlySet<string> = new Set(["BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64"]);

function isBuffer(dtype: StoredTensor["dtype"]): boolean {
  return !isFloatType(dtype) && BUFFERS.has(dtype);
}
