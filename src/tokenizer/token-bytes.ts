import type { TokenDecoder, TokenizerJson } from "./tokenizer-schema";

/** How the tokens of a vocabulary spell bytes. */
export interface TokenSpelling {
  /** The bytes that a token of the vocabulary adds to the text. */
  bytes(token: string): Uint8Array<ArrayBuffer>;
  /** True when the text loses one space in front, which the word mark of its first word stands for. */
  readonly dropsFirstSpace: boolean;
}

/**
 * Reads the spelling off the decoder in tokenizer.json: byte-level BPE (GPT-2, Qwen2, Llama 3, SmolLM2) writes each
 * byte as a letter; SentencePiece's BPE (Llama 2, TinyLlama) marks words with "▁" and spells rare bytes "<0x0A>".
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

/**
 * Text of one token for people: its characters where they are whole, "<0xE4>" for the bytes of one that other tokens
 * complete.
 */
export function bytesForPeople(bytes: Uint8Array): string {
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

/** Bytes of the UTF-8 character that begins with this byte; 1 where none does. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The decoder and, when it is a sequence, its parts. */
function listDecoders(decoder: TokenizerJson["decoder"]): TokenDecoder[] {
  return decoder ? [decoder, ...(decoder.decoders ?? [])] : [];
}

/** GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for U+0100 onwards in their order. */
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

/** A text's bytes in GPT-2's alphabet, a letter each. */
export function byteLetters(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => letterOfByte.get(byte)).join("");
}

function byteLevelBytes(token: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfLetter.get(token[i] ?? "");
    if (byte === undefined) return new TextEncoder().encode(token); // a token of another alphabet is plain text
    bytes[i] = byte;
  }
  return bytes;
}

function sentencePieceBytes(token: string): Uint8Array<ArrayBuffer> {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  if (byte !== undefined) return Uint8Array.of(parseInt(byte, 16));
  return new TextEncoder().encode(token.replaceAll("▁", " "));
}
