import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { NumberedSet } from "../training-run";
import { piecesOf, pieceText } from "./token-rows";

/** Pairs as rendered text, for TRL's data formats: what precedes the answers, and both answers with their ends. */
export function* pairLines(tokenizer: Tokenizer, { rows }: NumberedSet): Generator<unknown> {
  for (const row of rows) {
    if (!row.rejected) continue;
    const [chosen, rejected] = [row, row.rejected].map((answer) => {
      const pieces = piecesOf(answer);
      const first = pieces.findIndex(({ learned }) => learned);
      const text = (some: typeof pieces): string => some.map((piece) => pieceText(tokenizer, piece)).join("");
      return { prompt: text(pieces.slice(0, first)), answer: text(pieces.slice(first)) };
    });
    yield { prompt: chosen?.prompt, chosen: chosen?.answer, rejected: rejected?.answer };
  }
}
