import { DatasetEncoder, type EncodeOptions } from "../data/encode/encode-dataset";
import type { EncodedRow } from "../data/encode/encode-row";
import { untilAborted } from "../lib/abort";
import { cancelled } from "../lib/errors";
import { streamRows } from "../storage/datasets";
import type { ActiveModel } from "./active";
import { checkIds } from "./check-ids";

/** Everything that determines how a dataset is tokenized. */
interface Key extends EncodeOptions {
  readonly datasetId: string;
}

/** Cache slots: the most recent encoding is kept for each. */
export type EncodedUse = "training" | "validation";

/** An encoding, finished or in progress. */
interface Encoding {
  readonly name: string;
  readonly rows: Promise<EncodedRow[]>;
  readonly controller: AbortController;
  /** Number of callers waiting for it. */
  waiting: number;
  isDone: boolean;
}

/**
 * Encodes datasets row by row from storage and caches the last result per use, since previews and training need the
 * same rows.
 */
export class EncodedRows {
  readonly #model: () => ActiveModel;
  readonly #latest = new Map<EncodedUse, Encoding>();

  /** @param model the loaded model, whose tokenizer encodes the rows */
  constructor(model: () => ActiveModel) {
    this.#model = model;
  }

  /**
   * All rows of a dataset encoded with the loaded model's tokenizer, including excluded ones. Aborting stops waiting;
   * the work itself stops when nobody else waits for it.
   */
  async get(key: Key, signal?: AbortSignal, use: EncodedUse = "training"): Promise<EncodedRow[]> {
    const encoding = this.#encoding(key, use);
    encoding.waiting++;
    try {
      return await untilAborted(encoding.rows, signal);
    } finally {
      encoding.waiting--;
      if (encoding.waiting === 0 && !encoding.isDone) this.#giveUp(encoding);
    }
  }

  /** Clears the cache, for when a dataset is deleted or replaced. */
  clear(): void {
    this.#latest.clear();
  }

  #encoding(key: Key, use: EncodedUse): Encoding {
    const model = this.#model();
    const name = [key.datasetId, key.templateId, key.maxLength, key.learnFrom, model.summary.id].join("|");
    const known = this.#latest.get(use);
    if (known?.name === name) return known;
    const controller = new AbortController();
    const rows = encodeAll(key, model, controller.signal);
    const encoding: Encoding = { name, rows, controller, waiting: 0, isDone: false };
    this.#latest.set(use, encoding);
    rows.then(
      () => (encoding.isDone = true),
      () => this.#giveUp(encoding),
    );
    return encoding;
  }

  #giveUp(encoding: Encoding): void {
    encoding.controller.abort();
    for (const [use, kept] of this.#latest) if (kept === encoding) this.#latest.delete(use);
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
