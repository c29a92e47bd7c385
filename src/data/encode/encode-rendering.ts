import type { TemplateId, TokenPart } from "../../shared/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { Rendering, TextPart } from "../shape/rendering";

/** Tokens of a rendered conversation, in parallel arrays. */
export interface EncodedParts {
  readonly ids: number[];
  readonly supervised: boolean[];
  readonly parts: TokenPart[];
}

/**
 * Tokenizes the text as a whole, as transformers does. As in transformers' assistant mask, a token contributes to the
 * loss if any part of it belongs to a supervised range. It is displayed as the part in which it ends. With an encoder,
 * the last answer becomes the decoder's text and everything before it the prompt.
 */
export function encodeRendering(
  rendering: Pick<Rendering, "parts" | "isOpen">,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): EncodedParts {
  if (tokenizer.splitsAnswers) return encodePair(rendering, tokenizer);
  const encoded: EncodedParts = { ids: [], supervised: [], parts: [] };
  // A chat template includes its own BOS; plain templates get the tokenizer's prefix.
  if (templateId !== "chat") appendTemplate(encoded, tokenizer.prefixIds);
  appendParts(encoded, rendering.parts, tokenizer);
  return encoded;
}

/** Splits a conversation into the encoder's prompt, earlier answers included, and the decoder's text. */
function encodePair(
  { parts, isOpen }: Pick<Rendering, "parts" | "isOpen">,
  tokenizer: Tokenizer,
): EncodedParts {
  const encoded: EncodedParts = { ids: [], supervised: [], parts: [] };
  const end = isOpen ? parts.length : parts.findLastIndex(({ learned }) => learned) + 1;
  const start = isOpen ? end : parts.slice(0, end).findLastIndex(({ learned }) => !learned) + 1;
  // EOS marks the end of the encoder's input, so it is removed inside.
  const read = parts
    .slice(0, start)
    .filter(({ isEnd }) => !isEnd)
    .map((part) => ({ ...part, learned: false }));
  appendTemplate(encoded, tokenizer.prefixIds);
  appendParts(encoded, read, tokenizer);
  appendTemplate(encoded, tokenizer.suffixIds);
  appendParts(encoded, parts.slice(start, end), tokenizer);
  return encoded;
}

/** Tokenizes the text between tokens given by id. */
function appendParts(encoded: EncodedParts, parts: readonly TextPart[], tokenizer: Tokenizer): void {
  let text: TextPart[] = [];
  for (const part of parts) {
    if (part.id === undefined) {
      text.push(part);
      continue;
    }
    appendText(encoded, text, tokenizer);
    append(encoded, part.id, part.learned, part.part);
    text = [];
  }
  appendText(encoded, text, tokenizer);
}

function appendText(encoded: EncodedParts, parts: readonly TextPart[], tokenizer: Tokenizer): void {
  const places: number[] = [];
  for (const { text } of parts) places.push((places.at(-1) ?? 0) + text.length);
  const { ids, cuts } = tokenizer.encodeCut(parts.map(({ text }) => text).join(""), places);
  const base = encoded.ids.length;
  let part = 0;
  for (const [index, id] of ids.entries()) {
    while (part < parts.length - 1 && index >= (cuts[part]?.before ?? 0)) part++;
    append(encoded, id, parts[part]?.learned ?? false, parts[part]?.part ?? "template");
  }
  // A token that extends past the end of a supervised range is supervised too.
  for (const [index, { before, isInside }] of cuts.entries())
    if (isInside && parts[index]?.learned) encoded.supervised[base + before] = true;
}

function appendTemplate(encoded: EncodedParts, ids: readonly number[]): void {
  for (const id of ids) append(encoded, id, false, "template");
}

function append(
  { ids, supervised, parts }: EncodedParts,
  id: number,
  learned: boolean,
  part: TokenPart,
): void {
  ids.push(id);
  supervised.push(learned);
  parts.push(part);
}
