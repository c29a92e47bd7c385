import { DatasetEncoder, type EncodeOptions } from "../data/encode/encode-dataset";
import type { EncodedRow } from "../data/encode/encode-row";
import { untilAborted } from "../lib/abort";
import { cancelled } from "../lib/errors";
import { streamRows } from "../storage/datasets";
import type { ActiveModel } from "./active";
import { checkIds } from "./check-ids";

/** What decides the tokens of a dataset. */
interface Key extends EncodeOptions {
  readonly datasetId: string;
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
    const name = [key.datasetId, key.templateId, key.maxLength, key.learnFrom, model.summary.id].join("|");
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
  { datasetId, ...options }: Key,
  model: ActiveModel,
  signal: AbortSignal,
): Promise<EncodedRow[]> {
  const encoder = new DatasetEncoder(model.tokenizer, options);
  const encoded: EncodedRow[] = [];
  const take = (rows: readonly EncodedRow[]): void => {
    for (const row of rows) {
      checkIds(row.ids, model);
      encoded.push(row);
    }
  };
  for await (const rows of streamRows(datasetId)) {
    if (signal.aborted) throw cancelled();
    for (const row of rows) take(encoder.add(row));
  }
  take(encoder.end());
  return encoded;
}
