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
