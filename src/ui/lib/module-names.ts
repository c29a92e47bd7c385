/** The last part of a module path: "model.layers.0.self_attn.q_proj" -> "q_proj". */
export function leafName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** How much of a part is chosen. */
export type Chosen = "all" | "some" | "none";

/** How many of these paths are chosen. */
export function chosenOf(paths: readonly string[], chosen: ReadonlySet<string>): Chosen {
  const count = paths.filter((path) => chosen.has(path)).length;
  if (count === 0) return "none";
  return count === paths.length ? "all" : "some";
}

/** A set with these paths taken out where it has all of them, and put in otherwise. */
export function togglePaths(paths: readonly string[], chosen: ReadonlySet<string>): ReadonlySet<string> {
  const changed = new Set(chosen);
  const remove = chosenOf(paths, chosen) === "all";
  for (const path of paths) {
    if (remove) changed.delete(path);
    else changed.add(path);
  }
  return changed;
}
