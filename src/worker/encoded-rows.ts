import { type EncodedRow, encodeRow } from "../data/encode/encode-row";
import { cancelled } from "../lib/errors";
import type { TemplateId } from "../spec/data";
import { streamRows } from "../storage/datasets";
import { checkIds } from "./check-ids";
import type { Session } from "./session";

/** What decides the tokens of a dataset. */
interface Key {
  readonly datasetId: string;
  readonly templateId: TemplateId;
  readonly maxLength: number;
}

/** Encodes datasets row by row out of storage and keeps the last result: views and training ask for the same. */
export class EncodedRows {
  readonly #session: Session;
  #key = "";
  #rows: Promise<EncodedRow[]> | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** All rows of a dataset under the loaded model's tokenizer, excluded ones too. */
  get(key: Key, signal?: AbortSignal): Promise<EncodedRow[]> {
    const name = [key.datasetId, key.templateId, key.maxLength, this.#session.model.summary.id].join("|");
    if (name !== this.#key || !this.#rows) {
      this.#key = name;
      const rows = this.#encode(key, signal);
      this.#rows = rows;
      rows.catch(() => {
        if (this.#rows === rows) this.#rows = null;
      });
    }
    return this.#rows;
  }

  /** Forgets what was encoded, when a dataset goes. */
  clear(): void {
    this.#key = "";
    this.#rows = null;
  }

  async #encode({ datasetId, templateId, maxLength }: Key, signal?: AbortSignal): Promise<EncodedRow[]> {
    const { tokenizer } = this.#session.model;
    const encoded: EncodedRow[] = [];
    for await (const rows of streamRows(datasetId)) {
      if (signal?.aborted) throw cancelled();
      for (const row of rows) {
        const tokens = encodeRow(row, templateId, tokenizer, maxLength);
        checkIds(tokens.ids, this.#session.model);
        encoded.push(tokens);
      }
    }
    return encoded;
  }
}
