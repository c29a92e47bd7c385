import { isRecord } from "../../../lib/json";
import { FileBreakError } from "../file-break-error";
import { looksLikeRow, MAX_WAITING } from "../expand-object";
import type { RowCollector } from "../row-collector";
import { JsonValues } from "./json-values";
import { MAX_ROW_BYTES, MAX_ROW_MB, type RowParser } from "./parser";

/** Parses a JSON list of rows, or, if `inField`, an object with a list of rows as a field. */
export class JsonListParser implements RowParser {
  readonly #values: JsonValues;
  readonly #rows: RowCollector;
  readonly #inField: boolean;
  #field: string | null = null;
  /** Values of the current list until it is known whether they are rows. */
  #waiting: { readonly field: string; readonly values: unknown[] } | null = null;
  #bytesSinceRow = 0;

  constructor(rows: RowCollector, inField: boolean) {
    this.#rows = rows;
    this.#inField = inField;
    this.#values = new JsonValues([inField ? "$.*.*" : "$.*"], ({ value, inList, field }) => {
      this.#bytesSinceRow = 0;
      if (!inField) rows.add(value);
      else if (field !== null && inList) this.#addFrom(field, value);
    });
  }

  write(piece: Uint8Array): void {
    this.#bytesSinceRow += piece.length;
    this.#values.write(piece);
    if (this.#bytesSinceRow > MAX_ROW_BYTES) {
      const row = this.#rows.valueCount + 1;
      throw new FileBreakError({ kind: "row-too-long", row, maxMegabytes: MAX_ROW_MB });
    }
  }

  end(): void {
    this.#values.end();
    if (!this.#inField || this.#field !== null) return;
    if (!this.#waiting) throw new FileBreakError({ kind: "no-rows" });
    // No rows found: report what is wrong with the first object.
    for (const value of this.#waiting.values) this.#rows.add(value);
  }

  /** Rows come from the first list with a row among its first values; other lists are reported as ignored. */
  #addFrom(field: string, value: unknown): void {
    if (field === this.#field) {
      this.#rows.add(value);
    } else if (this.#field === null && looksLikeRow(value)) {
      const before = this.#waiting?.field === field ? this.#waiting.values : [];
      if (this.#waiting && this.#waiting.field !== field) this.#rows.ignore(this.#waiting.field);
      this.#field = field;
      this.#waiting = null;
      for (const each of [...before, value]) this.#rows.add(each);
    } else if (this.#field === null && this.#waiting?.field === field) {
      if (this.#waiting.values.length < MAX_WAITING) this.#waiting.values.push(value);
    } else if (this.#field === null && (isRecord(value) || !this.#waiting)) {
      if (this.#waiting) this.#rows.ignore(this.#waiting.field);
      this.#waiting = { field, values: [value] };
    } else {
      this.#rows.ignore(field);
    }
  }
}
