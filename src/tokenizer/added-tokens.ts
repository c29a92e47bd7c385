import type { AddedToken } from "./prepare";

/** A segment of a text: an added token, or text between added tokens. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Token id; null for text. */
  readonly id: number | null;
}

interface TrieNode {
  readonly next: Map<string, TrieNode>;
  token: AddedToken | null;
}

const WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /^\p{White_Space}$/u;

/** Finds added tokens like Python's tokenizers: leftmost first, then longest. */
export class AddedTokenFinder {
  readonly #root: TrieNode = { next: new Map(), token: null };

  /** @param tokens tokens with the text to match */
  constructor(tokens: readonly { readonly text: string; readonly token: AddedToken }[]) {
    for (const { text, token } of tokens) {
      let node = this.#root;
      for (let i = 0; i < text.length; i++) node = child(node, text[i] ?? "");
      if (text !== "") node.token = token;
    }
  }

  /** Splits a text into non-empty segments. */
  split(text: string): Segment[] {
    const stretches: Segment[] = [];
    let done = 0;
    for (let at = 0; at < text.length;) {
      const match = this.#longest(text, at);
      if (!match) {
        at++;
        continue;
      }
      const { token, end: matchEnd } = match;
      if (token.singleWord && touchesWord(text, at, matchEnd)) {
        at = matchEnd;
        continue;
      }
      const start = token.lstrip ? Math.max(done, spaceStart(text, at)) : at;
      const end = token.rstrip ? spaceEnd(text, matchEnd) : matchEnd;
      if (done < start) stretches.push({ start: done, end: start, id: null });
      stretches.push({ start, end, id: token.id });
      at = done = end;
    }
    if (done < text.length) stretches.push({ start: done, end: text.length, id: null });
    return stretches;
  }

  #longest(text: string, start: number): { token: AddedToken; end: number } | null {
    let found: { token: AddedToken; end: number } | null = null;
    let node: TrieNode | undefined = this.#root;
    for (let i = start; i < text.length; i++) {
      node = node.next.get(text[i] ?? "");
      if (!node) break;
      if (node.token) found = { token: node.token, end: i + 1 };
    }
    return found;
  }
}

function child(node: TrieNode, letter: string): TrieNode {
  const known = node.next.get(letter);
  if (known) return known;
  const made: TrieNode = { next: new Map(), token: null };
  node.next.set(letter, made);
  return made;
}

function touchesWord(text: string, start: number, end: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1) ?? "";
  return WORD.test(before) || WORD.test(text.slice(end, end + 2));
}

function spaceStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && SPACE.test(text[start - 1] ?? "")) start--;
  return start;
}

function spaceEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && SPACE.test(text[end] ?? "")) end++;
  return end;
}
