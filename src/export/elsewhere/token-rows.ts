import type { EncodedRow } from "../../data/encode/encode-row";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { NumberedSet } from "../training-run";

/** Label of tokens that are not learned, for PyTorch's cross entropy. */
const IGNORED = -100;

type Tokens = Pick<EncodedRow, "ids" | "supervised">;

/** A row as trainers take it that is tokenized already. */
export function labelledTokens({ ids, supervised }: Tokens): Readonly<Record<string, readonly number[]>> {
  return {
    input_ids: [...ids],
    attention_mask: Array.from(ids, () => 1),
    labels: Array.from(ids, (id, place) => (supervised[place] ? id : IGNORED)),
  };
}

/** Rows as {@link labelledTokens}. */
export function* labelledLines({ rows }: NumberedSet): Generator<unknown> {
  for (const row of rows) yield labelledTokens(row);
}

/** A piece of a row's text, all of which is learned or not. */
export interface Piece {
  readonly learned: boolean;
  readonly ids: readonly number[];
}

/** Cuts a row where learning starts and ends; what follows the last learned token is left out. */
export function piecesOf({ ids, supervised }: Tokens): Piece[] {
  const pieces: { learned: boolean; ids: number[] }[] = [];
  ids.forEach((id, place) => {
    const learned = supervised[place] === 1;
    const last = pieces.at(-1);
    if (last?.learned === learned) last.ids.push(id);
    else pieces.push({ learned, ids: [id] });
  });
  return pieces.at(-1)?.learned === false ? pieces.slice(0, -1) : pieces;
}

/** Text of a piece, special tokens written out. */
export function pieceText(tokenizer: Tokenizer, { ids }: Piece): string {
  const bytes = ids.map((id) => tokenizer.tokenBytes(id));
  const joined = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    joined.set(part, at);
    at += part.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined);
}

/** Number of rows of which some piece, tokenized by itself, gives other tokens than the run learned. */
export function rowsTokenizedDifferently(tokenizer: Tokenizer, rows: readonly Tokens[]): number {
  return rows.filter((row) =>
    piecesOf(row).some((piece) => {
      const again = tokenizer.encode(pieceText(tokenizer, piece), { addSpecialTokens: false });
      return again.length !== piece.ids.length || again.some((id, place) => id !== piece.ids[place]);
    }),
  ).length;
}
