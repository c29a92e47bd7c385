import type { FileBreak, OtherFormat, RowFault } from "../../lib/problems/dataset-faults";
import type { DatasetSummary, Row } from "../../shared/data";
import { checkRow } from "./check-row";
import { otherForm, withoutHubFrame } from "./row-shape";

/** What a file was found to hold beside its rows. */
export type ReadReport = Pick<
  DatasetSummary,
  "problems" | "problemCount" | "duplicates" | "ignoredFields" | "emptyAnswers" | "brokenAt"
>;

/** A row that was left out. */
interface FaultyRow {
  readonly row: number;
  readonly reason: RowFault;
}

/** Problems that are kept for showing; the others are only counted. */
const MAX_PROBLEMS = 200;
/** Ignored fields that are named; a file could have millions. */
const MAX_IGNORED = 50;

/** Takes the values of a file one by one: keeps the good rows, remembers what is wrong with the others. */
export class RowCollector {
  readonly #problems: FaultyRow[] = [];
  readonly #ignored = new Set<string>();
  readonly #hashes = new Set<number>();
  #problemCount = 0;
  #duplicates = 0;
  #values = 0;
  #good = 0;
  #emptyAnswers = 0;
  #firstForm: OtherFormat | null = null;
  #pending: Row[] = [];

  /** Values so far, good or not: the number of the last row. */
  get valueCount(): number {
    return this.#values;
  }

  /** Rows so far. */
  get rowCount(): number {
    return this.#good;
  }

  get firstProblem(): FaultyRow | null {
    return this.#problems[0] ?? null;
  }

  /** The other form that the first value has. */
  get firstForm(): OtherFormat | null {
    return this.#firstForm;
  }

  /** Takes the next value. A row that was there before is kept, and counted. */
  add(given: unknown): void {
    const value = withoutHubFrame(given);
    this.#values++;
    if (this.#values === 1) this.#firstForm = otherForm(value);
    const checked = checkRow(value, (field) => this.ignore(field));
    if ("fault" in checked) {
      this.#note(checked.fault);
      return;
    }
    if (checked.row.output === "") this.#emptyAnswers++;
    const hash = hashRow(checked.row);
    if (this.#hashes.has(hash)) this.#duplicates++;
    this.#hashes.add(hash);
    this.#good++;
    this.#pending.push(checked.row);
  }

  /** Counts a row that could not even be read. */
  reject(fault: RowFault): void {
    this.#values++;
    this.#note(fault);
  }

  /** Remembers the name of a field that is not used. */
  ignore(field: string): void {
    if (this.#ignored.size < MAX_IGNORED) this.#ignored.add(field.slice(0, 80));
  }

  /** The good rows since the last call. */
  take(): Row[] {
    const rows = this.#pending;
    this.#pending = [];
    return rows;
  }

  report(brokenAt: FileBreak | null): ReadReport {
    return {
      problems: this.#problems,
      problemCount: this.#problemCount,
      duplicates: this.#duplicates,
      ignoredFields: [...this.#ignored],
      emptyAnswers: this.#emptyAnswers,
      brokenAt,
    };
  }

  #note(reason: RowFault): void {
    this.#problemCount++;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ row: this.#values, reason });
  }
}

/** 53 bits of a row's texts: equal rows agree, and among a million others about one in ten thousand sets errs once. */
function hashRow({ instruction, input, output, system, history }: Row): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const text of [instruction, input, output, system ?? "", ...(history ?? []).flat()]) {
    for (let i = 0; i <= text.length; i++) {
      // One step beyond the end, so that ["ab", "c"] and ["a", "bc"] differ.
      const unit = i < text.length ? text.charCodeAt(i) : 0x10000;
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (low >>> 0) + (high & 0x1fffff) * 2 ** 32;
}
