import type { TokenDecoder, TokenizerJson } from "./tokenizer-schema";

/** How a vocabulary's tokens encode bytes. */
export interface TokenSpelling {
  /** Bytes that a token contributes to the text. */
  bytes(token: string): Uint8Array<ArrayBuffer>;
  /** Whether decoding strips a leading space, which comes from the first word's marker. */
  readonly dropsFirstSpace: boolean;
}

/**
 * Derives the spelling from tokenizer.json's decoder: byte-level BPE (GPT-2, Qwen2, Llama 3, SmolLM2) maps each byte to
 * a letter; SentencePiece BPE (Llama 2, TinyLlama) marks words with "▁" and has byte tokens such as "<0x0A>".
 */
export function tokenSpelling({ decoder }: Pick<TokenizerJson, "decoder">): TokenSpelling {
  const decoders = listDecoders(decoder);
  if (decoders.some((decoder) => decoder.type === "ByteLevel")) {
    return { bytes: byteLevelBytes, dropsFirstSpace: false };
  }
  const dropsFirstSpace = decoders.some(
    (decoder) =>
      (decoder.type === "Strip" && decoder.content === " " && decoder.start === 1) ||
      (decoder.type === "Metaspace" &&
        decoder.prepend_scheme !== "never" &&
        decoder.add_prefix_space !== false),
  );
  return { bytes: sentencePieceBytes, dropsFirstSpace };
}

/** Displayable text of a token: whole characters as they are, other bytes as "<0xE4>". */
export function displayText(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let start = 0; start < bytes.length;) {
    const end = start + sequenceLength(bytes[start] ?? 0);
    try {
      text += decoder.decode(bytes.subarray(start, end));
      start = end;
    } catch {
      text += `<0x${(bytes[start] ?? 0).toString(16).toUpperCase().padStart(2, "0")}>`;
      start++;
    }
  }
  return text;
}

/** Length of the UTF-8 sequence with this lead byte; 1 if invalid. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** A decoder and, for a sequence, its components. */
function listDecoders(decoder: TokenizerJson["decoder"]): TokenDecoder[] {
  return decoder ? [decoder, ...(decoder.decoders ?? [])] : [];
}

/** GPT-2's byte alphabet: printable Latin-1 maps to itself, other bytes to U+0100 onwards. */
const byteOfLetter: ReadonlyMap<string, number> = makeAlphabet();

function makeAlphabet(): Map<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    alphabet.set(String.fromCharCode(printable(byte) ? byte : next++), byte);
  }
  return alphabet;
}

const letterOfByte: ReadonlyMap<number, string> = new Map(
  [...byteOfLetter].map(([letter, byte]) => [byte, letter]),
);

/** Encodes a text in GPT-2's byte alphabet. */
export function byteLetters(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => letterOfByte.get(byte)).join("");
}

function byteLevelBytes(token: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfLetter.get(token[i] ?? "");
    if (byte === undefined) return new TextEncoder().encode(token); // not byte-level, e.g. an added token
    bytes[i] = byte;
  }
  return bytes;
}

function sentencePieceBytes(token: string): Uint8Array<ArrayBuffer> {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  if (byte !== undefined) return Uint8Array.of(parseInt(byte, 16));
  return new TextEncoder().encode(token.replaceAll("▁", " "));
}
