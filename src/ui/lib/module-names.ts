/** The last part of a module path: "model.layers.0.self_attn.q_proj" -> "q_proj". */
export function leafName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** How many modules of a part are chosen. */
export type Chosen = "all" | "some" | "none";

/** Whether all, some or none of these paths are chosen. */
export function chosenOf(paths: readonly string[], chosen: ReadonlySet<string>): Chosen {
  const count = paths.filter((path) => chosen.has(path)).length;
  if (count === 0) return "none";
  return count === paths.length ? "all" : "some";
}

/** Removes these paths from the set if it has all of them, else adds them. */
export function togglePaths(paths: readonly string[], chosen: ReadonlySet<string>): ReadonlySet<string> {
  const changed = new Set(chosen);
  const remove = chosenOf(paths, chosen) === "all";
  for (const path of paths) {
    if (remove) changed.delete(path);
    else changed.add(path);
  }
  return changed;
}
