import { matchesTargets, layerIndex, readTargets } from "../../shared/targets";
import { groupBy } from "./group-by";

/**
 * The shortest target_modules that matches exactly `chosen` among `paths`: all-linear, a list of names, or a regex. An
 * empty set becomes "none", which matches no layer and is rejected with an error. Embeddings and the head (`ends`) are
 * not covered by all-linear or layer patterns, so choosing one gives a list.
 */
export function spellTargets(
  chosen: ReadonlySet<string>,
  paths: readonly string[],
  ends: readonly string[] = [],
): string {
  const wanted = paths.filter((path) => chosen.has(path));
  const wantedEnds = ends.filter((path) => chosen.has(path));
  if (wantedEnds.length > 0) {
    return shortestNames(chosen, [...wanted, ...wantedEnds], [...paths, ...ends]).join(", ");
  }
  if (wanted.length === 0) return NOTHING;
  if (wanted.length === paths.length) return "all-linear";
  const list = shortestNames(chosen, wanted, paths).join(", ");
  const regexes = [lastPart, wholeKind].map((spell) => layerRegex(wanted, paths, spell));
  const fitting = regexes.filter((regex) => regex !== null && names(regex, chosen, paths));
  return [list, ...fitting].reduce<string>(
    (best, text) => (text !== null && text.length < best.length ? text : best),
    list,
  );
}

const NOTHING = "none";

/** For each path the shortest suffix that no other kind of module shares, without duplicates. */
function shortestNames(
  chosen: ReadonlySet<string>,
  wanted: readonly string[],
  paths: readonly string[],
): string[] {
  const foreign = paths.filter((path) => !chosen.has(path));
  const found = wanted.map(
    (path) =>
      endings(path).find((ending) => !foreign.some((other) => matchesTargets([ending], other))) ?? path,
  );
  return [...new Set(found)];
}

/** "model.layers.0.mlp.up_proj" -> "up_proj", "mlp.up_proj", … the full path. */
function endings(path: string): string[] {
  const parts = path.split(".");
  return parts.map((_, index) => parts.slice(parts.length - 1 - index).join("."));
}

/** Abbreviates a kind of module ("self_attn.q_proj") so that it stays unique within its layer. */
type SpellKind = (kind: string) => string;
const lastPart: SpellKind = (kind) => kind.slice(kind.lastIndexOf(".") + 1);
const wholeKind: SpellKind = (kind) => kind.replaceAll(".", "\\.");

/** A regex with one alternative for each set of layers that share the same kinds of modules. */
function layerRegex(wanted: readonly string[], paths: readonly string[], spell: SpellKind): string | null {
  const layersOf = layersByKind(wanted);
  const allLayersOf = layersByKind(paths);
  if (!layersOf || !allLayersOf) return null;
  const kindsOf = groupBy(layersOf.keys(), (kind) => (layersOf.get(kind) ?? []).join(" "));
  const alternatives = [...kindsOf.values()].map((kinds) => {
    const layers = layersOf.get(kinds[0] ?? "") ?? [];
    const spelled = group([...new Set(kinds.map(spell))]);
    if (kinds.every((kind) => allLayersOf.get(kind)?.length === layers.length)) return `.*\\.${spelled}`;
    const within = `.*\\.${group(numberPatterns(layers))}\\.`;
    return kinds.length === allLayersOf.size ? `${within}.*` : `${within}.*${spelled}`;
  });
  return alternatives.join("|");
}

/** The layers that have each kind of module; null if a module is outside the layers. */
function layersByKind(paths: readonly string[]): Map<string, number[]> | null {
  const layersOf = new Map<string, number[]>();
  for (const path of paths) {
    const layer = layerIndex(path);
    if (layer === null) return null;
    const kind = path.slice(path.indexOf(`.${layer}.`) + `.${layer}.`.length);
    layersOf.set(kind, [...(layersOf.get(kind) ?? []), layer]);
  }
  return layersOf;
}

function group(alternatives: readonly string[]): string {
  return alternatives.length === 1 ? (alternatives[0] ?? "") : `(${alternatives.join("|")})`;
}

/** Regexes that together match exactly these numbers: 8, 9, 10, 11 -> "[89]", "1[01]". */
function numberPatterns(numbers: readonly number[]): string[] {
  const byTens = groupBy(numbers, (number) => Math.floor(number / 10));
  return [...byTens].map(([tens, members]) => {
    const digits = members.map((number) => number % 10);
    return `${tens === 0 ? "" : String(tens)}${digitClass(digits)}`;
  });
}

/** [0, 1, 2, 5] -> "[0-25]". */
function digitClass(digits: readonly number[]): string {
  if (digits.length === 1) return String(digits[0]);
  if (digits.length === 10) return "\\d";
  const runs: number[][] = [];
  for (const digit of digits) {
    const last = runs.at(-1);
    if (last?.at(-1) === digit - 1) last.push(digit);
    else runs.push([digit]);
  }
  const spelled = runs.map((run) =>
    run.length > 2 ? `${String(run[0])}-${String(run.at(-1))}` : run.join(""),
  );
  return `[${spelled.join("")}]`;
}

/** Whether a target_modules text matches exactly the chosen paths. */
function names(text: string, chosen: ReadonlySet<string>, paths: readonly string[]): boolean {
  const targets = readTargets(text);
  return targets !== null && paths.every((path) => matchesTargets(targets, path) === chosen.has(path));
}
