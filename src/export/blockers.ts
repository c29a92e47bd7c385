import type { Problem } from "../lib/problems/problem";
import type { ExportSource } from "./entry";

/** Why the adapter cannot be merged, or null. */
export function cannotMerge({ adapter, methodId }: ExportSource): Problem | null {
  return adapter.merge ? null : { code: "export/does-not-merge", method: methodId };
}
