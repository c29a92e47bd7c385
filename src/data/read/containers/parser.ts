/** Reads one of the containers that rows come in; fed with UTF-8 in pieces. */
export interface RowParser {
  /** @throws Breakage where the file cannot be read on */
  write(piece: Uint8Array): void;
  end(): void;
}

/** One row may take so much; what is larger is no row, and would fill the memory. */
export const MAX_ROW_MB = 16;
export const MAX_ROW_BYTES = MAX_ROW_MB * 2 ** 20;
