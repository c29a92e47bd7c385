import type { ModelSpec } from "../engine/nn/model-spec";

/** Tokens of the shortest sliding window that texts of the model can exceed; null if there is none. */
export function shortestWindow({ blocks, maxPositions }: ModelSpec): number | null {
  const least = Math.min(...blocks.flatMap(({ attention }) => attention.window ?? []));
  return least < maxPositions ? least : null;
}
