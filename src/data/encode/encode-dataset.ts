import type { Row } from "../../shared/rows";
import type { LearnRule } from "../../shared/training";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeRow, type EncodedRow } from "./encode-row";
import { TextBlocks } from "./text-blocks";
import type { RenderingId } from "../shape/prompt-template";

/** What decides the tokens of a dataset's rows, beside the tokenizer. */
export interface EncodeOptions extends LearnRule {
  readonly templateId: RenderingId;
  readonly maxLength: number;
}

/** Encodes the rows of a dataset one after the other: conversations each alone, texts joined and cut into blocks. */
export class DatasetEncoder {
  readonly #options: EncodeOptions;
  readonly #tokenizer: Tokenizer;
  readonly #blocks: TextBlocks;

  constructor(tokenizer: Tokenizer, options: EncodeOptions) {
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#blocks = new TextBlocks(tokenizer, options.maxLength);
  }

  /**
   * What the next row completes: mostly itself, of texts any number of blocks.
   *
   * @param number of the row in its dataset
   */
  add(row: Row, number: number): EncodedRow[] {
    if (row.kind === "text" && !this.#tokenizer.splitsAnswers) return this.#blocks.add(row, number);
    const { templateId, maxLength, ...rule } = this.#options;
    return [{ ...encodeRow(row, templateId, this.#tokenizer, maxLength, rule), row: number }];
  }

  /** What is left of texts. */
  end(): EncodedRow[] {
    return this.#blocks.end();
  }
}
