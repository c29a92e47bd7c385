import { type Zippable, zipSync } from "fflate";

/** Packs files into a zip. Tensors are stored as they are, since compression gains next to nothing on them. */
export function zipFiles(
  files: ReadonlyMap<string, Uint8Array>,
  modified: Date = new Date(),
): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [name, bytes] of files) {
    entries[name] = [bytes, { level: name.endsWith(".safetensors") ? 0 : 6, mtime: modified }];
  }
  return zipSync(entries);
}
