import { type NamedFile, readFiles } from "../../src/data/read/read-files";
import type { ReadReport } from "../../src/data/read/row-collector";
import type { ReadingOptions } from "../../src/shared/data";
import type { Row } from "../../src/shared/rows";

/** A file whose bytes arrive in pieces of a given size. */
export function fileOf(content: string | Uint8Array, name = "data.json", size = 1 << 16): NamedFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> => {
    let start = 0;
    return new ReadableStream({
      pull(controller) {
        if (start >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(start, start + size));
        start += size;
      },
    });
  };
  return { name, bytes: Object.assign(new Blob([bytes]), { stream }) };
}

/** All rows of files, with the read report. */
export async function readAll(
  files: readonly NamedFile[],
  options: ReadingOptions = {},
): Promise<{ rows: Row[]; report: ReadReport }> {
  const reading = readFiles(files, options);
  const rows: Row[] = [];
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done) return { rows, report: next.value };
    rows.push(...next.value);
  }
}
