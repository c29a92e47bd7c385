import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeModel } from "../../src/engine/models/registry";
import { type ByteSource, bytesSource } from "../../src/formats/byte-source";
import { readGgufHeader } from "../../src/formats/gguf/header";
import { openModelFolder } from "../../src/formats/model-folder";
import { readSafetensorsHeader } from "../../src/formats/safetensors";
import { LuthierError } from "../../src/lib/errors";
import { makeRng, type Rng } from "../../src/lib/rng";
import { tinyGguf } from "./corpus";
import { mutateBytes, pick } from "./mutate";

/** A tensor as read. */
interface ReadTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
}

const FAMILIES = ["llama", "gpt2", "opt", "t5"];
const golden = (path: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../golden/${path}`, import.meta.url)));

/**
 * Writes the mutants of safetensors and GGUF that are accepted, with the values read from them, for check_accepted.py:
 * `node tests/run.mjs tests/fuzz/accepted.ts DIR [mutants of each] [first seed]`
 */
export async function main([
  directory = "",
  count = "1000",
  first = "1",
]: readonly string[]): Promise<number> {
  mkdirSync(directory, { recursive: true });
  for (const [kind, mutant] of Object.entries({ safetensors, gguf })) {
    let accepted = 0;
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      const bytes = await mutant(makeRng(seed, kind.length));
      const read = await readOf(kind, bytes);
      if (!read) continue;
      accepted++;
      writeFileSync(join(directory, `${seed}.${kind}`), bytes);
      writeFileSync(join(directory, `${seed}.${kind}.json`), JSON.stringify(read));
    }
    console.log(`${kind}: ${count} mutants from seed ${first}, ${accepted} read`);
  }
  return 0;
}

/** The values read from a file, or null if it is refused. */
async function readOf(kind: string, bytes: Uint8Array<ArrayBuffer>): Promise<object | null> {
  const source = bytesSource(`model.${kind}`, bytes);
  try {
    if (kind === "gguf") {
      describeModel((await openModelFolder([source])).config);
      const { metadata, tensors } = await readGgufHeader(source);
      const entries = [...metadata].map(([key, value]) => [key, plain(value)]);
      return { metadata: Object.fromEntries(entries) as object, tensors: await hashed(source, tensors) };
    }
    const { tensors } = await readSafetensorsHeader(source);
    return { tensors: await hashed(source, tensors) };
  } catch (error) {
    if (error instanceof LuthierError) return null;
    throw error;
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], plain);
  // JSON cannot represent these.
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function hashed(
  source: ByteSource,
  tensors: readonly (Omit<ReadTensor, "sha256"> & { readonly start: number; readonly end: number })[],
): Promise<ReadTensor[]> {
  return Promise.all(
    tensors.map(async ({ name, dtype, shape, start, end }) => {
      const sha256 = createHash("sha256")
        .update(await source.read(start, end))
        .digest("hex");
      return { name, dtype, shape, sha256 };
    }),
  );
}

/** A mutant of a golden model; half of the mutations are in the header, which carries the meaning. */
function safetensors(rng: Rng): Uint8Array<ArrayBuffer> {
  const bytes = golden(`${pick(rng, FAMILIES)}/model.safetensors`);
  if (rng.integer(2) === 0) return mutateBytes(bytes, rng);
  const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (let changes = 1 + rng.integer(2); changes > 0; changes--) {
    const at = 8 + rng.integer(end - 8);
    // Digits, names and punctuation of the header's JSON.
    bytes[at] = (pick(rng, [...'0123456789,:[]{}"aFIU']) as string).charCodeAt(0);
  }
  return bytes;
}

function gguf(rng: Rng): Uint8Array<ArrayBuffer> {
  return mutateBytes(tinyGguf(), rng);
}
