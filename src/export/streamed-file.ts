import type { ModelFolder } from "../formats/model-folder";
import type { StreamedFile } from "../formats/zip";

/** A file in memory. */
export function wholeFile(path: string, bytes: Uint8Array<ArrayBuffer>): StreamedFile {
  return {
    path,
    sizeBytes: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

/** A text file. */
export function textFile(path: string, text: string): StreamedFile {
  return wholeFile(path, new TextEncoder().encode(text));
}

/** A JSON file with two-space indent. */
export function jsonFile(path: string, value: unknown): StreamedFile {
  return textFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Tokenizer files as in Hugging Face folders. */
export function tokenizerFiles({
  tokenizer,
  config,
  chatTemplate,
}: ModelFolder["tokenizer"]): StreamedFile[] {
  return [
    jsonFile("tokenizer.json", tokenizer),
    jsonFile("tokenizer_config.json", config),
    ...(chatTemplate === null ? [] : [textFile("chat_template.jinja", chatTemplate)]),
  ];
}

/** A file of JSON Lines. */
export async function linesFile(
  path: string,
  lines: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<StreamedFile> {
  // Blobs, which the browser may put on disk, since their size has to be known before they are written.
  const parts: Blob[] = [];
  let open: string[] = [];
  for await (const line of lines) {
    open.push(`${JSON.stringify(line)}\n`);
    if (open.length < LINES_PER_PART) continue;
    parts.push(new Blob(open));
    open = [];
  }
  const blob = new Blob([...parts, ...open]);
  return {
    path,
    sizeBytes: blob.size,
    async *chunks() {
      for (let start = 0; start < blob.size; start += CHUNK_BYTES)
        yield new Uint8Array(await blob.slice(start, start + CHUNK_BYTES).arrayBuffer());
    },
  };
}

const LINES_PER_PART = 1000;
const CHUNK_BYTES = 1 << 20;
