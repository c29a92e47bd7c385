import { makeRng } from "../../src/lib/rng";

/** A row with a question and its answer. */
export interface Example {
  readonly instruction: string;
  readonly output: string;
}

/** A small dataset with questions that are not trained on. */
export interface MadeSet {
  readonly id: string;
  readonly kind: string;
  readonly train: readonly Example[];
  readonly held: readonly Example[];
  /** Whether an answer to a held-out question is right. */
  isRight(answer: string, expected: Example): boolean;
}

/** Equal but for case, white space and a full stop at the end. */
export function isSame(answer: string, { output }: Example): boolean {
  return plain(answer) === plain(output);
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/[.。]$/, "");
}

/** Every combination of one item of each list. */
export function combinations<T extends readonly unknown[]>(
  ...lists: { readonly [K in keyof T]: readonly T[K][] }
): T[] {
  const found = lists.reduce<unknown[][]>(
    (heads, list) => heads.flatMap((head) => list.map((item: unknown) => [...head, item])),
    [[]],
  );
  return found as unknown as T[];
}

/** The items in an order drawn by the seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  return makeRng(seed).shuffle([...items]);
}

/** Draws rows to train on and others to hold out from all that there are. */
export function drawn(
  all: readonly Example[],
  seed: number,
  { train, held }: { readonly train: number; readonly held: number },
): Pick<MadeSet, "train" | "held"> {
  const unique = [...new Map(all.map((row) => [row.instruction, row])).values()];
  const order = shuffled(unique, seed);
  if (order.length < train + held) throw new Error(`only ${order.length} different rows`);
  return { train: order.slice(0, train), held: order.slice(train, train + held) };
}

/** A fact with the wordings in which it is asked: the last is held out, the others are trained on. */
export interface Fact {
  readonly asked: readonly string[];
  readonly answer: string;
}

/** Facts whose questions are trained on in all wordings but the last, which is held out. */
export function factRows(facts: readonly Fact[], seed: number): Pick<MadeSet, "train" | "held"> {
  const row = (answer: string) => (instruction: string) => ({ instruction, output: answer });
  return {
    train: shuffled(
      facts.flatMap(({ asked, answer }) => asked.slice(0, -1).map(row(answer))),
      seed,
    ),
    held: facts.flatMap(({ asked, answer }) => asked.slice(-1).map(row(answer))),
  };
}
