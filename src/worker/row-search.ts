import { cancelled } from "../lib/errors";
import type { EncodingArgs } from "../protocol/commands";
import type { ListedRow, RowQuery } from "../shared/data";
import { wordsOf } from "../shared/rows";
import { editsOf, findDataset, readNumberedRows, streamNumberedRows } from "../storage/datasets";
import type { EncodedRows } from "./encoded-rows";

/** A search, and the page of results to return. */
interface Search {
  readonly id: string;
  readonly query: RowQuery;
  /** Needed by filters on tokens. */
  readonly encoding: EncodingArgs | null;
  readonly offset: number;
  readonly count: number;
}

interface FoundRows {
  readonly total: number;
  readonly rows: readonly ListedRow[];
}

/** Searches datasets; the results of the last search are cached for paging. */
export class RowSearch {
  readonly #encoded: EncodedRows;
  #last: { readonly key: string; readonly numbers: Uint32Array } | null = null;

  constructor(encoded: EncodedRows) {
    this.#encoded = encoded;
  }

  async find(search: Search, signal: AbortSignal): Promise<FoundRows> {
    const { id, query, offset, count } = search;
    if (query.text === "" && query.filter === "all") {
      const { rows, edits } = await findDataset(id);
      const total = edits ? edits.fileRows + edits.added : rows;
      return { total, rows: await readNumberedRows(id, offset, count) };
    }
    const numbers = await this.#numbers(search, signal);
    const found = await Promise.all(
      Array.from(numbers.subarray(offset, offset + count), (number) => readNumberedRows(id, number, 1)),
    );
    return { total: numbers.length, rows: found.flat() };
  }

  async #numbers(search: Search, signal: AbortSignal): Promise<Uint32Array> {
    const { id, query, encoding } = search;
    const { importedAt, edits } = await findDataset(id);
    const key = JSON.stringify([id, importedAt, edits?.identity, query, encoding]);
    if (this.#last?.key === key) return this.#last.numbers;
    const chosen = await this.#filtered(search, signal);
    const numbers =
      query.text === "" && chosen
        ? [...chosen]
        : await this.#encoded.first(() => withText(id, query.text, chosen, signal));
    const sorted = Uint32Array.from(numbers).sort();
    this.#last = { key, numbers: sorted };
    return sorted;
  }

  /** Numbers of the rows that pass the filter; null for all. */
  async #filtered({ id, query, encoding }: Search, signal: AbortSignal): Promise<Set<number> | null> {
    const { filter, minTokens } = query;
    if (filter === "all") return null;
    if (filter === "left-out" || filter === "changed") {
      const { leftOut, replaced, added } = await editsOf(id);
      const fileRows = leftOut.length - added.length;
      if (filter === "left-out")
        return new Set([...leftOut.keys()].filter((number) => leftOut[number] === 1));
      return new Set([...replaced.keys(), ...added.map((_, index) => fileRows + index)]);
    }
    if (!encoding) return new Set();
    const { maxLength } = encoding;
    const encoded = await this.#encoded.get(encoding, signal);
    const passes = {
      problems: ({ excluded }: (typeof encoded)[number]) => excluded !== null,
      cut: ({ fullLength }: (typeof encoded)[number]) => fullLength > maxLength,
      long: ({ fullLength }: (typeof encoded)[number]) => fullLength >= minTokens,
    }[filter];
    return new Set(encoded.flatMap((row, index) => (passes(row) ? [row.row ?? index] : [])));
  }
}

/** Those of the chosen rows that contain the text. */
async function withText(
  id: string,
  words: string,
  chosen: ReadonlySet<number> | null,
  signal: AbortSignal,
): Promise<number[]> {
  const wanted = words.toLowerCase();
  const found: number[] = [];
  for await (const rows of streamNumberedRows(id)) {
    if (signal.aborted) throw cancelled();
    for (const { number, row } of rows) {
      if (chosen && !chosen.has(number)) continue;
      if (wordsOf(row).some((text) => text.toLowerCase().includes(wanted))) found.push(number);
    }
  }
  return found;
}
