import { matchesPath } from "./path-pattern";

/** target_modules as PEFT has it: a list of names, a regex over the whole path, or "all-linear". */
export type TargetModules = readonly string[] | string;

/** Which layers a method works on. */
export interface TargetChoice {
  readonly targets: TargetModules;
  /** Layers that are left out though they are targets. */
  readonly excluded?: TargetModules | null;
  /** Only layers of these numbers; goes with a list of names. */
  readonly layersToTransform?: readonly number[] | null;
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

/** Whether a linear layer is a target, before any are left out. Layers count by the first number in the path. */
export function isTargeted({ targets, layersToTransform = null }: TargetChoice, path: string): boolean {
  if (targets !== "all-linear" && !isNamed(targets, path, "target_modules")) return false;
  return !layersToTransform || layersToTransform.includes(layerIndex(path) ?? -1);
}

/** The first number in a module path: the layer that it belongs to. Null outside of the layers. */
export function layerIndex(path: string): number | null {
  const part = path.split(".").find((name) => /^\d+$/.test(name));
  return part === undefined ? null : Number(part);
}
