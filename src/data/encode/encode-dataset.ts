import type { Comparison } from "../../shared/objectives";
import type { Row } from "../../shared/rows";
import type { LearnRule } from "../../shared/training";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeLabelled, encodePair, encodeRow, type EncodedRow } from "./encode-row";
import { TextBlocks } from "./text-blocks";
import type { RenderingId } from "../shape/prompt-template";

/** Options that determine a row's tokens. */
export interface EncodeOptions extends LearnRule {
  readonly templateId: RenderingId;
  readonly maxLength: number;
  /** What an objective on preferences compares; absent or null if answers are learned. */
  readonly compares?: Comparison | null;
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
    const { templateId, maxLength, compares = null, ...rule } = this.#options;
    const input = [row, templateId, this.#tokenizer, maxLength, rule] as const;
    if (compares === "pairs") return [{ ...encodePair(...input), row: number }];
    if (compares === "labels")
      return encodeLabelled(...input).map((encoded) => ({ ...encoded, row: number }));
    if (row.kind === "text" && !this.#tokenizer.splitsAnswers) return this.#blocks.add(row, number);
    return [{ ...encodeRow(...input), row: number }];
  }

  /** Flushes the remaining text. */
  end(): EncodedRow[] {
    return this.#blocks.end();
  }
}
