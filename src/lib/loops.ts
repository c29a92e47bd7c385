import { defined } from "./invariant";

/** Number of characters inspected at the end of a text. */
const WINDOW = 2400;
/** Minimum total weight of the repetitions: a letter weighs one, a Chinese or Japanese character as much as a word. */
const MIN_WEIGHT = 240;
/** The same for passages without letters: table rules, zeros, brackets. */
const MIN_PLAIN_WEIGHT = 1200;
const CJK_WEIGHT = 4;
/** Minimum number of repetitions of a short, a medium and a long passage. */
const REPEATS: readonly { readonly upTo: number; readonly repeats: number }[] = [
  { upTo: 60, repeats: 8 },
  { upTo: 200, repeats: 4 },
  { upTo: Infinity, repeats: 3 },
];

/**
 * Whether a text ends in a loop: a passage repeated verbatim and contiguously, more often than in a refrain, list or
 * table.
 */
export function endsInLoop(text: string): boolean {
  const tail = text.slice(-WINDOW);
  const { length } = tail;
  // Code units suffice, since they are only compared.
  const reaches = prefixReaches(tail.split("").reverse().join(""));
  for (let period = 1; period * 3 <= length; period++) {
    const span = period + (reaches[period] ?? 0);
    const { repeats } = defined(
      REPEATS.find(({ upTo }) => period <= upTo),
      "a number of repetitions",
    );
    if (span < period * repeats) continue;
    const passage = tail.slice(length - period);
    const weight = (weightOf(passage) * span) / period;
    const isPlain = !/\p{L}/u.test(passage);
    if (weight >= (isPlain ? MIN_PLAIN_WEIGHT : MIN_WEIGHT)) return true;
  }
  return false;
}

function weightOf(text: string): number {
  const heavy = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu) ?? [];
  return text.length + (CJK_WEIGHT - 1) * heavy.length;
}

/** Z-function: for each position, the length of the common prefix with the whole. */
function prefixReaches(text: string): Uint32Array {
  const reaches = new Uint32Array(text.length);
  for (let place = 1, start = 0, end = 0; place < text.length; place++) {
    let reach = place < end ? Math.min(end - place, reaches[place - start] ?? 0) : 0;
    while (place + reach < text.length && text[reach] === text[place + reach]) reach++;
    reaches[place] = reach;
    if (place + reach > end) [start, end] = [place, place + reach];
  }
  return reaches;
}
