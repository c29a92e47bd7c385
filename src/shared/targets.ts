import { matchesPatternKey, matchesPath } from "./path-pattern";

/** PEFT's target_modules: a list of names, a regex for the whole path, or "all-linear". */
export type TargetModules = readonly string[] | string;

/** Layer selection of a method. */
export interface TargetChoice {
  readonly targets: TargetModules;
  /** Targets to exclude. */
  readonly excluded?: TargetModules | null;
  /** Restricts a list of names to these layers. */
  readonly layersToTransform?: readonly number[] | null;
  /** Name of the layer list that layersToTransform refers to; by default any list. */
  readonly layersPattern?: readonly string[] | null;
}

/** Parses form text: names separated by commas or whitespace, otherwise "all-linear" or a regex; null if empty. */
export function readTargets(text: string): TargetModules | null {
  if (text === "") return null;
  if (text === "all-linear") return text;
  return /^[\w.\-\s,]+$/.test(text) ? text.split(/[\s,]+/).filter(Boolean) : text;
}

/**
 * Whether targets match a path: list entries match it or its suffix after a dot, a regex all of it.
 * @param field form field, for errors
 */
export function matchesTargets(targets: TargetModules, path: string, field?: string): boolean {
  if (typeof targets === "string") return matchesPath(targets, path, field);
  return targets.some((name) => path === name || path.endsWith(`.${name}`));
}

/** Whether a linear layer is a target, before exclusions. An exact path in the list overrides layersToTransform. */
export function isTargeted(
  { targets, layersToTransform = null, layersPattern = null }: TargetChoice,
  path: string,
): boolean {
  if (targets !== "all-linear" && !matchesTargets(targets, path, "target_modules")) return false;
  if (!layersToTransform || (typeof targets !== "string" && targets.includes(path))) return true;
  const index = layersPattern ? indexWithin(layersPattern, path) : layerIndex(path);
  return layersToTransform.includes(index ?? -1);
}

/** The first number in a module path that follows one of these names. */
function indexWithin(layersPattern: readonly string[], path: string): number | null {
  const parts = path.split(".");
  for (const pattern of layersPattern) {
    const index = parts.findIndex(
      (part, at) =>
        at < parts.length - 1 &&
        /^\d+$/.test(part) &&
        matchesPatternKey(pattern, parts.slice(0, at).join("."), "layers_pattern"),
    );
    if (index >= 0) return Number(parts[index]);
  }
  return null;
}

/** Parses layers_pattern: names separated by commas or whitespace, otherwise a regex; null if empty. */
export function readLayersPattern(text: string): readonly string[] | null {
  const names = readTargets(text);
  return typeof names === "string" ? [names] : names;
}

/** The layer number of a module path: its first number; null if there is none. */
export function layerIndex(path: string): number | null {
  const part = path.split(".").find((name) => /^\d+$/.test(name));
  return part === undefined ? null : Number(part);
}
