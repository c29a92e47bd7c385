import type { RegexProgram } from "./program";
import { RegexError, type RegexNode } from "./syntax";

/** Step budget of one text, plus more for each character. */
const STEPS = 2_000_000;
const STEPS_PER_CHAR = 40;
/** Memory limit of the visited set: 64 MiB in bits. */
const MAX_BITS = 2 ** 29;

const NONE = -1;

/**
 * Searches one text. A step that failed at a position fails there again, however it is reached, so each is done only
 * once and a search takes time linear in the text. Nested searches (lookaround, atomic groups) that succeed start again
 * at the next position; a common budget bounds them.
 */
export class Matcher {
  readonly #program: RegexProgram;
  readonly #text: string;
  readonly #visits: Visits;
  #left: number;

  constructor(program: RegexProgram, text: string, steps = STEPS) {
    this.#program = program;
    this.#text = text;
    this.#visits = new Visits(program.slotCount, text.length + 1);
    this.#left = steps + STEPS_PER_CHAR * text.length;
  }

  /** End of the match that starts at a position, or -1; with `isWhole` it must extend to the end of the text. */
  matchAt(place: number, isWhole = false): number {
    const end = this.#run(0, place, null, isWhole);
    // Steps of a successful match are recorded as failed too; only its end can be queried again.
    if (end !== NONE) this.#visits.forgetPlace(end);
    return end;
  }

  /** End of the first match of a subprogram. */
  #within(entry: number, place: number): number {
    const noted: number[] = [];
    const end = this.#run(entry, place, noted, false);
    if (end === NONE) return NONE;
    for (let index = 0; index < noted.length; index += 2) {
      this.#visits.forget(noted[index] ?? 0, noted[index + 1] ?? 0);
    }
    return end;
  }

  #run(entry: number, from: number, noted: number[] | null, isWhole: boolean): number {
    const { steps, slots } = this.#program;
    const pending: number[] = [];
    let at = entry;
    let place = from;
    for (;;) {
      if (--this.#left < 0) throw RegexError.overBudget();
      const slot = slots[at] ?? NONE;
      const step = steps[at];
      let isAlive = step !== undefined;
      if (slot !== NONE) {
        isAlive = this.#visits.enter(slot, place);
        if (isAlive) noted?.push(slot, place);
      }
      if (isAlive && step) {
        switch (step.op) {
          case "char": {
            const end = step.isBackward ? this.#before(place) : this.#after(place);
            const start = step.isBackward ? end : place;
            isAlive = end !== NONE && step.set.has(this.#text.codePointAt(start) ?? 0);
            place = end;
            at++;
            break;
          }
          case "split":
            pending.push(step.second, place);
            at = step.first;
            break;
          case "jump":
            at = step.to;
            break;
          case "place":
            isAlive = this.#isAt(step.node, place);
            at++;
            break;
          case "look":
            isAlive = (this.#within(at + 1, place) !== NONE) !== step.isNegated;
            at = step.then;
            break;
          case "atomic":
            place = this.#within(at + 1, place);
            isAlive = place !== NONE;
            at = step.then;
            break;
          case "match":
            if (!isWhole || place === this.#text.length) return place;
            isAlive = false;
        }
      }
      if (isAlive) continue;
      const resumed = pending.pop();
      if (resumed === undefined) return NONE;
      place = resumed;
      at = pending.pop() ?? NONE;
    }
  }

  /** End of the character that starts at a position. */
  #after(place: number): number {
    const codePoint = this.#text.codePointAt(place);
    if (codePoint === undefined) return NONE;
    return place + (codePoint > 0xffff ? 2 : 1);
  }

  /** Start of the character that ends at a position. */
  #before(place: number): number {
    if (place === 0) return NONE;
    return place > 1 && (this.#text.codePointAt(place - 2) ?? 0) > 0xffff ? place - 2 : place - 1;
  }

  #isAt({ place: kind, lineEnds, word }: Extract<RegexNode, { kind: "place" }>, place: number): boolean {
    const { length } = this.#text;
    switch (kind) {
      case "start":
        return place === 0;
      case "end":
        return place === length;
      case "line-start":
        return place === 0 || lineEnds.has(this.#text.charCodeAt(place - 1));
      case "line-end":
        return place === length || lineEnds.has(this.#text.charCodeAt(place));
      case "last-line-end":
        return place === length || (place === length - 1 && lineEnds.has(this.#text.charCodeAt(place)));
      default: {
        const before = this.#before(place);
        const isAfterWord = before !== NONE && word.has(this.#text.codePointAt(before) ?? 0);
        const isBeforeWord = place < length && word.has(this.#text.codePointAt(place) ?? 0);
        return (isAfterWord !== isBeforeWord) === (kind === "word-edge");
      }
    }
  }
}

/** Records which steps were visited at which positions of a text. */
class Visits {
  readonly #bits: Uint8Array;
  readonly #slots: number;

  constructor(slots: number, places: number) {
    if (slots * places > MAX_BITS) throw RegexError.overBudget();
    this.#slots = slots;
    this.#bits = new Uint8Array(Math.ceil((slots * places) / 8));
  }

  /** Records a visit; false if it is not the first. */
  enter(slot: number, place: number): boolean {
    const index = place * this.#slots + slot;
    const byte = this.#bits[index >> 3] ?? 0;
    const bit = 1 << (index & 7);
    if ((byte & bit) !== 0) return false;
    this.#bits[index >> 3] = byte | bit;
    return true;
  }

  forget(slot: number, place: number): void {
    const index = place * this.#slots + slot;
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) & ~(1 << (index & 7));
  }

  forgetPlace(place: number): void {
    for (let slot = 0; slot < this.#slots; slot++) this.forget(slot, place);
  }
}
