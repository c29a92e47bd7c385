import type { FileBreak } from "../../lib/problems/dataset-faults";

/**
 * The point from which a file cannot be read on. What came before it is good; whoever reads decides whether to keep it.
 */
export class Breakage extends Error {
  override readonly name = "Breakage";
  readonly at: FileBreak;

  constructor(at: FileBreak) {
    super(at.kind);
    this.at = at;
  }
}
