import { fitsPath, matchesPath } from "./path-pattern";

/** target_modules as PEFT has it: a list of names, a regex over the whole path, or "all-linear". */
export type TargetModules = readonly string[] | string;

/** Which layers a method works on. */
export interface TargetChoice {
  readonly targets: TargetModules;
  /** Layers that are left out though they are targets. */
  readonly excluded?: TargetModules | null;
  /** Only layers of these numbers; goes with a list of names. */
  readonly layersToTransform?: readonly number[] | null;
  /** Names of the list that the layers are numbered in; any list where absent. Goes with layersToTransform. */
  readonly layersPattern?: readonly string[] | null;
}

/** Reads a form's text: names separated by commas or spaces, else all-linear or a regex; null when empty. */
export function readTargets(text: string): TargetModules | null {
  if (text === "") return null;
  if (text === "all-linear") return text;
  return /^[\w.\-\s,]+$/.test(text) ? text.split(/[\s,]+/).filter(Boolean) : text;
}

/**
 * Whether targets name a path: a list entry equals it or its end after a dot; a regex matches the whole of it.
 * @param field of the form that holds them
 */
export function isNamed(targets: TargetModules, path: string, field?: string): boolean {
  if (typeof targets === "string") return matchesPath(targets, path, field);
  return targets.some((name) => path === name || path.endsWith(`.${name}`));
}

/** Whether a linear layer is a target, before any are left out. A whole path in the list stands above layersToTransform. */
export function isTargeted(
  { targets, layersToTransform = null, layersPattern = null }: TargetChoice,
  path: string,
): boolean {
  if (targets !== "all-linear" && !isNamed(targets, path, "target_modules")) return false;
  if (!layersToTransform || (typeof targets !== "string" && targets.includes(path))) return true;
  const index = layersPattern ? indexWithin(layersPattern, path) : layerIndex(path);
  return layersToTransform.includes(index ?? -1);
}

/** The first number in a module path that stands in a list of the first of these names that is in it. */
function indexWithin(layersPattern: readonly string[], path: string): number | null {
  const parts = path.split(".");
  for (const pattern of layersPattern) {
    const index = parts.findIndex(
      (part, at) =>
        at < parts.length - 1 &&
        /^\d+$/.test(part) &&
        fitsPath(pattern, parts.slice(0, at).join("."), "layers_pattern"),
    );
    if (index >= 0) return Number(parts[index]);
  }
  return null;
}

/** Reads a form's names of the list of layers: names separated by commas or spaces, else a regex; null when empty. */
export function readLayersPattern(text: string): readonly string[] | null {
  const names = readTargets(text);
  return typeof names === "string" ? [names] : names;
}

/** The first number in a module path: the layer that it belongs to. Null outside of the layers. */
export function layerIndex(path: string): number | null {
  const part = path.split(".").find((name) => /^\d+$/.test(name));
  return part === undefined ? null : Number(part);
}
