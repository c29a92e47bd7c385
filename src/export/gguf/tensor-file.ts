import {
  type GgufEntry,
  ggufHeader,
  paddingAfter,
  tensorBytes,
  type TensorDescription,
} from "../../formats/gguf/writer";
import { invariant } from "../../lib/invariant";
import type { StreamedFile } from "../../formats/zip";

/** A tensor of a GGUF file, generated while the file is read. */
export interface TensorToWrite extends TensorDescription {
  /** Its data in order. */
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>;
}

/** A GGUF file, generated while being read. */
export function ggufFile(
  path: string,
  entries: readonly GgufEntry[],
  tensors: readonly TensorToWrite[],
): StreamedFile {
  const header = ggufHeader(entries, tensors);
  const body = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor) + paddingAfter(tensor), 0);
  return {
    path,
    sizeBytes: header.length + body,
    async *chunks() {
      yield header;
      for (const tensor of tensors) {
        let written = 0;
        for await (const bytes of tensor.chunks()) {
          written += bytes.length;
          yield bytes;
        }
        invariant(written === tensorBytes(tensor), `${tensor.name}: ${written} bytes`);
        const padding = paddingAfter(tensor);
        if (padding > 0) yield new Uint8Array(padding);
      }
    },
  };
}
