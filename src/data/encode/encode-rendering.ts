import type { TokenPart } from "../../shared/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { Rendering, TextPart } from "../shape/rendering";
import type { RenderingId } from "../shape/prompt-template";

/** A rendered conversation as tokens, with what each token is. Arrays run side by side. */
export interface EncodedParts {
  readonly ids: number[];
  readonly supervised: boolean[];
  readonly parts: TokenPart[];
}

/**
 * Tokenises the whole text at once, as Python does. A token is learned when any of it belongs to what is learned, as in
 * the assistant mask of transformers: one that begins with the end of the question is learned with the answer. It is
 * shown as that in which it ends. For models with an encoder the last answer stands behind a prompt that ends as the
 * tokenizer ends a text.
 */
export function encodeRendering(
  rendering: Pick<Rendering, "parts" | "isOpen">,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): EncodedParts {
  if (tokenizer.splitsAnswers) return encodePair(rendering, tokenizer);
  const encoded: EncodedParts = { ids: [], supervised: [], parts: [] };
  // A chat template writes its own start token; plain text gets the one that the tokenizer puts in front.
  if (templateId !== "chat") appendTemplate(encoded, tokenizer.prefixIds);
  appendParts(encoded, rendering.parts, tokenizer);
  return encoded;
}

/** What the encoder reads, in which earlier answers are part of the prompt, and what the decoder writes. */
function encodePair(
  { parts, isOpen }: Pick<Rendering, "parts" | "isOpen">,
  tokenizer: Tokenizer,
): EncodedParts {
  const encoded: EncodedParts = { ids: [], supervised: [], parts: [] };
  const end = isOpen ? parts.length : parts.findLastIndex(({ learned }) => learned) + 1;
  const start = isOpen ? end : parts.slice(0, end).findLastIndex(({ learned }) => !learned) + 1;
  // An end token within what the encoder reads would be the end of it.
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

/** Texts between tokens that are given by their ids are tokenised each as a whole. */
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
  // A token that goes on beyond the end of what is learned is learned too.
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
