import { type EncodedRow, encodeRow } from "../data/encode/encode-row";
import { untilAborted } from "../lib/abort";
import { cancelled } from "../lib/errors";
import type { TemplateId } from "../shared/data";
import { streamRows } from "../storage/datasets";
import type { ActiveModel } from "./active";
import { checkIds } from "./check-ids";

/** What decides the tokens of a dataset. */
interface Key {
  readonly datasetId: string;
  readonly templateId: TemplateId;
  readonly maxLength: number;
}

/** Rows that are being encoded, or are. */
interface Encoding {
  readonly name: string;
  readonly rows: Promise<EncodedRow[]>;
  readonly controller: AbortController;
  /** How many wait for them. */
  waiting: number;
  isDone: boolean;
}

/** Encodes datasets row by row out of storage and keeps the last result: views and training ask for the same. */
export class EncodedRows {
  readonly #model: () => ActiveModel;
  #latest: Encoding | null = null;

  /** @param model the model in use, by whose tokenizer rows are encoded */
  constructor(model: () => ActiveModel) {
    this.#model = model;
  }

  /**
   * All rows of a dataset under the loaded model's tokenizer, excluded ones too. An abort ends the waiting; it ends the
   * work when nobody else waits for it.
   */
  async get(key: Key, signal?: AbortSignal): Promise<EncodedRow[]> {
    const encoding = this.#encoding(key);
    encoding.waiting++;
    try {
      return await untilAborted(encoding.rows, signal);
    } finally {
      encoding.waiting--;
      if (encoding.waiting === 0 && !encoding.isDone) this.#giveUp(encoding);
    }
  }

  /** Forgets what was encoded, when a dataset goes. */
  clear(): void {
    this.#latest = null;
  }

  #encoding(key: Key): Encoding {
    const model = this.#model();
    const name = [key.datasetId, key.templateId, key.maxLength, model.summary.id].join("|");
    if (this.#latest?.name === name) return this.#latest;
    const controller = new AbortController();
    const rows = encodeAll(key, model, controller.signal);
    const encoding: Encoding = { name, rows, controller, waiting: 0, isDone: false };
    this.#latest = encoding;
    rows.then(
      () => (encoding.isDone = true),
      () => this.#giveUp(encoding),
    );
    return encoding;
  }

  #giveUp(encoding: Encoding): void {
    encoding.controller.abort();
    if (this.#latest === encoding) this.#latest = null;
  }
}

async function encodeAll(
  { datasetId, templateId, maxLength }: Key,
  model: ActiveModel,
  signal: AbortSignal,
): Promise<EncodedRow[]> {
  const encoded: EncodedRow[] = [];
  for await (const rows of streamRows(datasetId)) {
    if (signal.aborted) throw cancelled();
    for (const row of rows) {
      const tokens = encodeRow(row, templateId, model.tokenizer, maxLength);
      checkIds(tokens.ids, model);
      encoded.push(tokens);
    }
  }
  return encoded;
}
