import { cancelled } from "../../lib/errors";
import type { Row } from "../../shared/rows";
import { findDataset, streamRows } from "../../storage/datasets";
import { jsonRow } from "./json-row";

/** Rows as JSON Lines: messages, pairs of answers, or messages with a label. */
export function rowsAsFile(rows: readonly Row[]): Blob {
  const lines = rows.map((row) => `${JSON.stringify(jsonRow(row, "messages"))}\n`);
  return new Blob(lines, { type: "application/jsonl" });
}

/** The rows in use of a dataset as JSON Lines, in the format in which they were imported. */
export async function exportRows(id: string, signal?: AbortSignal): Promise<Blob> {
  const { format = "alpaca" } = await findDataset(id);
  // Blobs, which the browser can move to disk.
  const parts: Blob[] = [];
  let open = "";
  for await (const rows of streamRows(id)) {
    if (signal?.aborted) throw cancelled();
    const lines: string[] = [];
    for (const row of rows) {
      // A document that was split over several rows is joined again.
      if (row.kind === "text") open += row.text;
      if (row.kind === "text" && row.goesOn) continue;
      const whole: Row = row.kind === "text" ? { kind: "text", text: open } : row;
      open = "";
      lines.push(`${JSON.stringify(jsonRow(whole, format))}\n`);
    }
    parts.push(new Blob(lines));
  }
  if (open !== "") parts.push(new Blob([`${JSON.stringify({ text: open })}\n`]));
  return new Blob(parts, { type: "application/jsonl" });
}
