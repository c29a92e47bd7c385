import { DatasetEncoder, type EncodeOptions } from "../data/encode/encode-dataset";
import type { EncodedRow } from "../data/encode/encode-row";
import { shapeOf } from "../data/shape/prompt-template";
import { untilAborted } from "../lib/abort";
import { cancelled } from "../lib/errors";
import type { PromptTemplate } from "../shared/data";
import { streamNumberedRows } from "../storage/datasets";
import type { ActiveModel } from "./active";
import { checkIds } from "./check-ids";
import { Gate } from "./gate";

/** Everything that determines how a dataset is tokenized. */
interface Key extends PromptTemplate, Omit<EncodeOptions, "templateId"> {
  readonly datasetId: string;
}

/** Cache slots: the most recent encoding is kept for each. */
export type EncodedUse = "training" | "validation" | "mixed";

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
  /** Closed while a more urgent task runs. */
  readonly #gate = new Gate();
  #waitedFor = 0;

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

  /**
   * Runs a task that the user is waiting for before encoding continues, which may take minutes. The task must not wait
   * for encoded rows itself.
   */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#waitedFor++;
    this.#gate.close();
    try {
      return await work();
    } finally {
      if (--this.#waitedFor === 0) this.#gate.open();
    }
  }

  /** Clears the cache, for when a dataset is deleted or replaced. */
  clear(): void {
    this.#latest.clear();
  }

  #encoding(key: Key, use: EncodedUse): Encoding {
    const model = this.#model();
    const { datasetId, templateId, templateSource = "", maxLength, learnFrom, thoughts, compares } = key;
    const rule = [maxLength, learnFrom, thoughts, compares];
    const parts = [datasetId, templateId, ...rule, model.summary.id, templateSource];
    const name = parts.join("|");
    const known = this.#latest.get(use);
    if (known?.name === name) return known;
    const controller = new AbortController();
    const rows = encodeAll(key, model, this.#gate, controller.signal);
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

/** Time slice of encoding. */
const SLICE_MS = 40;

async function encodeAll(
  { datasetId, maxLength, learnFrom, thoughts, compares = null, ...template }: Key,
  model: ActiveModel,
  gate: Gate,
  signal: AbortSignal,
): Promise<EncodedRow[]> {
  const { tokenizer, templateId } = shapeOf(template, model.tokenizer);
  const encoder = new DatasetEncoder(tokenizer, { templateId, maxLength, learnFrom, thoughts, compares });
  const encoded: EncodedRow[] = [];
  const take = (rows: readonly EncodedRow[]): void => {
    for (const row of rows) {
      checkIds(row.ids, model);
      encoded.push(row);
    }
  };
  let restsAt = performance.now() + SLICE_MS;
  for await (const rows of streamNumberedRows(datasetId)) {
    for (const { row, number, leftOut } of rows) {
      if (!leftOut) take(encoder.add(row, number));
      if (performance.now() < restsAt) continue;
      // The worker only receives messages, such as an abort, between tasks.
      await new Promise((resolve) => setTimeout(resolve));
      await gate.pass();
      if (signal.aborted) throw cancelled();
      restsAt = performance.now() + SLICE_MS;
    }
    if (signal.aborted) throw cancelled();
  }
  take(encoder.end());
  return encoded;
}
