import type { TemplateId } from "../../shared/data";
import type { Row } from "../../shared/rows";
import type { LearnFrom } from "../../shared/training";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeRow, type EncodedRow } from "./encode-row";
import { TextBlocks } from "./text-blocks";

/** Options that determine a row's tokens. */
export interface EncodeOptions {
  readonly templateId: TemplateId;
  readonly maxLength: number;
  readonly learnFrom: LearnFrom;
}

/** Encodes rows in sequence: conversations individually; texts are concatenated and split into blocks. */
export class DatasetEncoder {
  readonly #options: EncodeOptions;
  readonly #tokenizer: Tokenizer;
  readonly #blocks: TextBlocks;
  #row = 0;

  constructor(tokenizer: Tokenizer, options: EncodeOptions) {
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#blocks = new TextBlocks(tokenizer, options.maxLength);
  }

  /** Rows completed by adding `row`: one conversation, or any number of text blocks. */
  add(row: Row): EncodedRow[] {
    const number = this.#row++;
    if (row.kind === "text" && !this.#tokenizer.splitsAnswers) return this.#blocks.add(row, number);
    const { templateId, maxLength, learnFrom } = this.#options;
    return [{ ...encodeRow(row, templateId, this.#tokenizer, maxLength, learnFrom), row: number }];
  }

  /** Flushes the remaining text. */
  end(): EncodedRow[] {
    return this.#blocks.end();
  }
}
