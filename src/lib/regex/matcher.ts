import type { RegexProgram } from "./program";
import { RegexError, type RegexNode } from "./syntax";

/** Steps that one text may take, and more for each of its characters. */
const STEPS = 2_000_000;
const STEPS_PER_CHAR = 40;
/** Bits that may be kept of where a search has been: 64 MiB. */
const MAX_BITS = 2 ** 29;

const NONE = -1;

/**
 * Searches one text. A step that was done once at a place and led nowhere leads nowhere the next time, whatever way came to
 * it; each is therefore done once, and a search takes time in proportion to the text. Searches within others (lookaround,
 * atomic groups) that find something begin anew at the next place; what bounds them is a budget for all.
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

  /** The end of the match that begins at a place, or -1; with `isWhole` it must end where the text does. */
  matchAt(place: number, isWhole = false): number {
    const end = this.#run(0, place, null, isWhole);
    // What led to the match is noted as if it had failed; only what is at its end can be asked again.
    if (end !== NONE) this.#visits.forgetPlace(end);
    return end;
  }

  /** The end of the first match of a part of the program. */
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

  /** Where the character ends that begins at a place. */
  #after(place: number): number {
    const codePoint = this.#text.codePointAt(place);
    if (codePoint === undefined) return NONE;
    return place + (codePoint > 0xffff ? 2 : 1);
  }

  /** Where the character begins that ends at a place. */
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

/** Remembers which steps were done at which places of a text. */
class Visits {
  readonly #bits: Uint8Array;
  readonly #slots: number;

  constructor(slots: number, places: number) {
    if (slots * places > MAX_BITS) throw RegexError.overBudget();
    this.#slots = slots;
    this.#bits = new Uint8Array(Math.ceil((slots * places) / 8));
  }

  /** Notes a visit; false when it is not the first. */
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
