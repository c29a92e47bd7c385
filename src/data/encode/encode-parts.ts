import type { TemplateId, TokenPart } from "../../spec/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { TextPart } from "../shape/parts";

/** A rendered row as tokens, with what each token is. Arrays run side by side. */
export interface EncodedParts {
  readonly ids: number[];
  readonly supervised: boolean[];
  readonly parts: TokenPart[];
}

/**
 * Tokenises prompts and answers separately: neighbouring parts that are both learned or both not are joined first, so
 * that words merge as they will when the model is asked. The mask comes from the pieces' lengths, never from ids. For
 * models with an encoder the last answer stands behind a prompt that ends as the tokenizer ends a text.
 */
export function encodeParts(
  parts: readonly TextPart[],
  templateId: TemplateId,
  tokenizer: Tokenizer,
): EncodedParts {
  const encoded: EncodedParts = { ids: [], supervised: [], parts: [] };
  if (tokenizer.splitsAnswers) return encodePair(parts, tokenizer, encoded);
  // A chat template writes its own start token; plain text gets the one that the tokenizer puts in front.
  if (templateId !== "chat") append(encoded, tokenizer.prefixIds, false, () => "template");
  for (const run of joinRuns(parts)) appendRun(encoded, run, tokenizer);
  return encoded;
}

/** What the encoder reads, in which earlier answers are part of the prompt, and what the decoder writes. */
function encodePair(parts: readonly TextPart[], tokenizer: Tokenizer, encoded: EncodedParts): EncodedParts {
  const runs = joinRuns(parts);
  const answer = runs.at(-1)?.supervised ? runs.at(-1) : undefined;
  const read = answer ? parts.slice(0, parts.length - answer.pieces.length) : parts;
  append(encoded, tokenizer.prefixIds, false, () => "template");
  for (const run of joinRuns(read.map((part) => ({ ...part, supervised: false, endsAnswer: false }))))
    appendRun(encoded, run, tokenizer);
  append(encoded, tokenizer.suffixIds, false, () => "template");
  if (answer) appendRun(encoded, answer, tokenizer);
  return encoded;
}

function appendRun(encoded: EncodedParts, run: Run, tokenizer: Tokenizer): void {
  const ids = tokenizer.encode(run.text, { addSpecialTokens: false });
  append(encoded, ids, run.supervised, partsByText(run, ids, tokenizer));
  if (run.endsAnswer && tokenizer.eosId !== null) append(encoded, [tokenizer.eosId], true, () => "template");
}

interface Run {
  text: string;
  readonly supervised: boolean;
  readonly pieces: TextPart[];
  endsAnswer: boolean;
}

function joinRuns(parts: readonly TextPart[]): Run[] {
  const runs: Run[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last && last.supervised === part.supervised && !last.endsAnswer) {
      last.text += part.text;
      last.pieces.push(part);
      last.endsAnswer = part.endsAnswer ?? false;
    } else {
      const { text, supervised } = part;
      runs.push({ text, supervised, pieces: [part], endsAnswer: part.endsAnswer ?? false });
    }
  }
  return runs;
}

function append(
  encoded: EncodedParts,
  ids: readonly number[],
  supervised: boolean,
  partOf: (index: number) => TokenPart,
): void {
  ids.forEach((id, index) => {
    encoded.ids.push(id);
    encoded.supervised.push(supervised);
    encoded.parts.push(partOf(index));
  });
}

/** The part in which a token's last byte lies: a word carries the space in front of it along. */
function partsByText(run: Run, ids: readonly number[], tokenizer: Tokenizer): (index: number) => TokenPart {
  const encoder = new TextEncoder();
  const ends: number[] = [];
  for (const piece of run.pieces) ends.push((ends.at(-1) ?? 0) + encoder.encode(piece.text).length);
  const sizes = ids.map((id) => tokenizer.tokenBytes(id).length);
  const surplus = sizes.reduce((sum, size) => sum + size, 0) - (ends.at(-1) ?? 0);
  const result: TokenPart[] = [];
  // Some tokenizers put a space in front of a text; it is none of its bytes.
  let place = Math.min(0, -surplus);
  let piece = 0;
  for (const size of sizes) {
    place += size;
    while (piece < ends.length - 1 && place > (ends[piece] ?? 0)) piece++;
    result.push(run.pieces[piece]?.part ?? "template");
  }
  return (index) => result[index] ?? "template";
}
