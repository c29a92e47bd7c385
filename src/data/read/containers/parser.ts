/** Incremental parser of a container format, fed with pieces of UTF-8. */
export interface RowParser {
  /** @throws FileBreakError where the file becomes unreadable */
  write(piece: Uint8Array): void;
  end(): void;
}

/** Maximum size of a row; bounds memory. */
export const MAX_ROW_MB = 16;
export const MAX_ROW_BYTES = MAX_ROW_MB * 2 ** 20;
