import type { TextRow } from "../../shared/rows";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { NO_NOTES } from "../shape/rendering";
import { documentIds } from "./document-ids";
import type { EncodedRow } from "./encode-row";

/** Joins documents and cuts them into blocks of the maximum length, of which every token is learned. */
export class TextBlocks {
  readonly #tokenizer: Tokenizer;
  readonly #length: number;
  #pending: number[] = [];
  /** The dataset's row in which the pending tokens begin. */
  #row = 0;
  #goesOn = false;

  constructor(tokenizer: Tokenizer, length: number) {
    this.#tokenizer = tokenizer;
    this.#length = length;
  }

  /** Takes the next text; gives out the blocks that are full with it. */
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

  /** The last block, which may be shorter. */
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
