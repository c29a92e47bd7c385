import type { TextRow } from "../../shared/rows";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { NO_NOTES } from "../shape/rendering";
import { documentIds } from "./document-ids";
import type { EncodedRow } from "./encode-row";

/** Concatenates documents and splits them into blocks of the maximum length, fully supervised. */
export class TextBlocks {
  readonly #tokenizer: Tokenizer;
  readonly #length: number;
  #pending: number[] = [];
  /** Dataset row in which the pending tokens start. */
  #row = 0;
  #goesOn = false;

  constructor(tokenizer: Tokenizer, length: number) {
    this.#tokenizer = tokenizer;
    this.#length = length;
  }

  /** Adds a text; returns the completed blocks. */
  add({ text, goesOn = false }: TextRow, row: number): EncodedRow[] {
    const places = { isStart: !this.#goesOn, isEnd: !goesOn };
    this.#goesOn = goesOn;
    if (this.#pending.length === 0) this.#row = row;
    for (const id of documentIds(text, this.#tokenizer, places)) this.#pending.push(id);
    const blocks: EncodedRow[] = [];
    let start = 0;
    for (; this.#pending.length - start >= this.#length; start += this.#length) {
      blocks.push(this.#block(this.#pending.slice(start, start + this.#length)));
      this.#row = row;
    }
    this.#pending = this.#pending.slice(start);
    return blocks;
  }

  /** The last block, possibly shorter. */
  end(): EncodedRow[] {
    const ids = this.#pending;
    this.#pending = [];
    return ids.length > 0 ? [this.#block(ids)] : [];
  }

  #block(ids: readonly number[]): EncodedRow {
    const ends: ReadonlySet<number> = new Set(this.#tokenizer.eosIds);
    return {
      ids: Uint32Array.from(ids),
      supervised: new Uint8Array(ids.length).fill(1),
      fullLength: ids.length,
      hasEnd: ids.some((id) => ends.has(id)),
      isEndCut: false,
      notes: NO_NOTES,
      excluded: ids.length > 1 ? null : { code: "data/nothing-to-learn" },
      row: this.#row,
    };
  }
}
