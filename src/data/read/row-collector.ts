import { isRecord } from "../../lib/json";
import type { StrangeColumn } from "../../lib/problems/data-problems";
import type { RowFault } from "../../lib/problems/dataset-faults";
import type { ColumnMapping, ContainerId, DatasetSummary, FormatId, RowProblem } from "../../shared/data";
import { questionOf, type Row, type RowKind } from "../../shared/rows";
import { unwrapRow } from "./expand-object";
import { readColumns, usedColumns } from "./formats/columns";
import { FaultyRow, type Fields, kindOf } from "./formats/format";
import { completedPrompt } from "./formats/prompts";
import { formatOf, probableFormat } from "./formats/registry";
import { hashRow } from "./hash-row";

/** Findings about the files, besides their rows. */
export type ReadReport = Pick<
  DatasetSummary,
  | "problems"
  | "problemCount"
  | "duplicates"
  | "ignoredFields"
  | "emptyAnswers"
  | "brokenAt"
  | "format"
  | "container"
  | "kinds"
  | "flaggedRows"
>;

/** A rejected row. */
interface FaultyValue {
  readonly row: number;
  readonly reason: RowFault;
}

/** Maximum number of problems kept in detail. */
const MAX_PROBLEMS = 200;
/** Maximum number of ignored fields to report. */
const MAX_IGNORED = 50;
/** Limits for reporting unknown columns and their examples. */
const MAX_COLUMNS = 40;
const EXAMPLE_CHARS = 80;

/** Collects the values of one or more files: keeps valid rows, and records problems. */
export class RowCollector {
  readonly #columns: ColumnMapping | null;
  readonly #prompts: boolean;
  readonly #problems: RowProblem[] = [];
  readonly #ignored = new Set<string>();
  readonly #hashes = new Set<number>();
  readonly #formats = new Map<FormatId, number>();
  readonly #kinds = new Map<RowKind, number>();
  readonly #containers = new Set<ContainerId>();
  /** Unknown columns, each with an example. */
  readonly #unknown = new Map<string, string>();
  #unknownRows = 0;
  #file: string | null = null;
  #firstProblem: FaultyValue | null = null;
  #problemCount = 0;
  #duplicates = 0;
  #values = 0;
  #good = 0;
  #emptyAnswers = 0;
  #flagged = 0;
  #textGoesOn = false;
  #pending: Row[] = [];
  #brokenAt: DatasetSummary["brokenAt"] = null;

  /** @param prompts whether rows may lack their answers, for generation instead of training */
  constructor(columns: ColumnMapping | null = null, prompts = false) {
    this.#columns = columns;
    this.#prompts = prompts;
  }

  /** Number of values in the current file, valid or not. */
  get valueCount(): number {
    return this.#values;
  }

  /** Number of valid rows in all files. */
  get rowCount(): number {
    return this.#good;
  }

  /** First problem in the current file. */
  get firstProblem(): FaultyValue | null {
    return this.#firstProblem;
  }

  /** Number of rows with unknown columns. */
  get unknownRows(): number {
    return this.#unknownRows;
  }

  get unknownColumns(): StrangeColumn[] {
    return Array.from(this.#unknown, ([column, example]) => ({ column, example }));
  }

  /** Whether the last text ends inside a document. */
  get textGoesOn(): boolean {
    return this.#textGoesOn;
  }

  /** Starts a file (named if there are several) and resets row numbers. */
  beginFile(name: string | null): void {
    this.#file = name;
    this.#values = 0;
    this.#firstProblem = null;
  }

  /** Records a container format. */
  useContainer(id: ContainerId): void {
    this.#containers.add(id);
  }

  /** Adds a value. Duplicates are kept and counted. */
  add(given: unknown): void {
    const value = this.#prompts ? completedPrompt(unwrapRow(given)) : unwrapRow(given);
    this.#values++;
    try {
      if (!isRecord(value)) throw new FaultyRow({ kind: "not-an-object", found: kindOf(value) });
      this.#keep(this.#read(value));
    } catch (error) {
      if (!(error instanceof FaultyRow)) throw error;
      this.#note(error.fault);
    }
  }

  /** Adds a piece of plain text; `goesOn` if the document continues in the next one. */
  addText(text: string, goesOn: boolean): void {
    this.#values++;
    this.#textGoesOn = goesOn;
    if (text.includes("\0")) this.#note({ kind: "nul", field: "text" });
    else if (!text.isWellFormed()) this.#note({ kind: "half-character", field: "text" });
    else {
      this.#count(this.#formats, "text");
      this.#keep({ kind: "text", text, ...(goesOn ? { goesOn } : {}) });
    }
  }

  /** Counts an unparsable row. */
  reject(fault: RowFault): void {
    this.#values++;
    this.#note(fault);
  }

  /** Records an ignored field. */
  ignore(field: string): void {
    if (this.#ignored.size < MAX_IGNORED) this.#ignored.add(field.slice(0, 80));
  }

  /** Records a skipped file. */
  noteFile(problem: RowProblem): void {
    this.#problemCount++;
    this.#problems.unshift(problem);
  }

  /** Records where the current file broke off; with several files, as a problem. */
  break(at: Exclude<ReadReport["brokenAt"], string | null>): void {
    if (this.#file === null) this.#brokenAt = at;
    else this.noteFile({ row: null, file: this.#file, reason: { kind: "broken-off", at } });
  }

  /** Takes the valid rows collected since the last call. */
  take(): Row[] {
    const rows = this.#pending;
    this.#pending = [];
    return rows;
  }

  report(): ReadReport {
    const [format] = [...this.#formats].sort((a, b) => b[1] - a[1])[0] ?? ["alpaca" as const];
    const [container, ...others] = this.#containers;
    return {
      problems: this.#problems,
      problemCount: this.#problemCount,
      duplicates: this.#duplicates,
      ignoredFields: [...this.#ignored],
      emptyAnswers: this.#emptyAnswers,
      brokenAt: this.#brokenAt,
      format,
      ...(container && others.length === 0 ? { container } : {}),
      kinds: Object.fromEntries(this.#kinds),
      flaggedRows: this.#flagged,
    };
  }

  #read(value: Fields): Row {
    const used = this.#columns ? usedColumns(this.#columns) : null;
    const format = this.#columns ? null : (formatOf(value) ?? probableFormat(value));
    const known = used ?? format?.fields;
    if (!known) {
      this.#noteUnknown(value);
      throw new FaultyRow({ kind: "no-field", field: "instruction" });
    }
    for (const field of Object.keys(value)) if (!known.has(field)) this.ignore(field);
    const row = this.#columns ? readColumns(value, this.#columns) : format?.read(value);
    if (!row) throw new Error("a row has neither columns nor a format");
    this.#count(this.#formats, format?.id ?? "columns");
    return row;
  }

  #noteUnknown(value: Fields): void {
    this.#unknownRows++;
    for (const [column, found] of Object.entries(value)) {
      this.ignore(column);
      const known = this.#unknown.get(column);
      if (known === undefined && this.#unknown.size >= MAX_COLUMNS) continue;
      if (!known) this.#unknown.set(column, exampleOf(found));
    }
  }

  #keep(row: Row): void {
    if (row.kind === "text" ? row.text === "" : questionOf(row)?.answer === "" && !hasCalls(row))
      this.#emptyAnswers++;
    if (isFlagged(row)) this.#flagged++;
    const hash = hashRow(row);
    if (this.#hashes.has(hash)) this.#duplicates++;
    this.#hashes.add(hash);
    this.#good++;
    this.#count(this.#kinds, row.kind);
    this.#pending.push(row);
  }

  #count<Key>(counts: Map<Key, number>, key: Key): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  #note(reason: RowFault): void {
    this.#problemCount++;
    const problem = { row: this.#values, reason };
    this.#firstProblem ??= problem;
    if (this.#problems.length < MAX_PROBLEMS)
      this.#problems.push(this.#file === null ? problem : { ...problem, file: this.#file });
  }
}

function hasCalls(row: Row): boolean {
  const turns = row.kind === "conversation" || row.kind === "labelled" ? row.turns : [];
  const last = turns.findLast((turn) => turn.role === "assistant");
  return (last?.toolCalls ?? []).length > 0;
}

function isFlagged(row: Row): boolean {
  if (row.kind !== "conversation") return false;
  return row.turns.some((turn) => turn.role === "assistant" && turn.learned !== undefined);
}

/** The start of a value, for display. */
function exampleOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, EXAMPLE_CHARS).toWellFormed();
}
