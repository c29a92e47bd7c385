import type { FileBreak } from "../../lib/problems/dataset-faults";

/** A file cannot be read beyond this point. The caller decides whether to keep the rows before it. */
export class FileBreakError extends Error {
  override readonly name = "FileBreakError";
  readonly at: FileBreak;

  constructor(at: FileBreak) {
    super(at.kind);
    this.at = at;
  }
}
