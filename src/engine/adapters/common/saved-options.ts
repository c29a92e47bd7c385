import { type ModelSpec, linearLayers } from "../../nn/model-spec";
import { formatTargets, type TargetModules } from "./targets";

/** PEFT takes a single name as a regex, and expands "all-linear" when it makes an adapter, not when it loads one. */
export function savedTargets(targets: TargetModules, model: ModelSpec): TargetModules {
  return targets === "all-linear" ? linearLayers(model).map(({ path }) => path) : targets;
}

/** A config's list of modules, or regex, as the form shows it. */
export function targetsText(targets: unknown): string {
  return formatTargets((targets ?? "") as TargetModules);
}

/** A config's pattern table as the form shows it. */
export function patternText(pattern: unknown): string {
  return Object.entries((pattern ?? {}) as Record<string, number>)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
