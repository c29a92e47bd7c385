import type { Row } from "../../shared/rows";
import type { LearnRule } from "../../shared/training";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodePair, encodeRow, type EncodedRow } from "./encode-row";
import { TextBlocks } from "./text-blocks";
import type { RenderingId } from "../shape/prompt-template";

/** Options that determine a row's tokens. */
export interface EncodeOptions extends LearnRule {
  readonly templateId: RenderingId;
  readonly maxLength: number;
  /** Whether both answers of preferences are encoded, for objectives on pairs; if absent, the chosen ones. */
  readonly pairs?: boolean;
}

/** Encodes rows in sequence: conversations individually; texts are concatenated and split into blocks. */
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
   * Rows completed by adding `row`: one conversation, or any number of text blocks.
   *
   * @param number of the row in its dataset
   */
  add(row: Row, number: number): EncodedRow[] {
    const { templateId, maxLength, pairs = false, ...rule } = this.#options;
    if (pairs) return [{ ...encodePair(row, templateId, this.#tokenizer, maxLength), row: number }];
    if (row.kind === "text" && !this.#tokenizer.splitsAnswers) return this.#blocks.add(row, number);
    return [{ ...encodeRow(row, templateId, this.#tokenizer, maxLength, rule), row: number }];
  }

  /** Flushes the remaining text. */
  end(): EncodedRow[] {
    return this.#blocks.end();
  }
}
