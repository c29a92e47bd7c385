import { matchesPatternKey, isPattern } from "../../../shared/path-pattern";
import {
  matchesTargets,
  isTargeted,
  readLayersPattern,
  readTargets,
  type TargetChoice,
  type TargetModules,
} from "../../../shared/targets";
import { optionError, type OptionReader } from "./option-reader";

export type { TargetChoice, TargetModules };

/**
 * Parses a form's text: names separated by commas or whitespace, otherwise a regex; null if empty.
 *
 * @param field where errors are reported
 */
export function parseTargets(text: string, field = "target_modules"): TargetModules | null {
  const targets = readTargets(text);
  if (typeof targets === "string" && !isPattern(targets)) {
    throw optionError(field, { code: "config/target-regex", text });
  }
  return targets;
}

/** Parses layers_pattern: names or a regex; null if empty. Errors: an invalid regex, or no layers_to_transform. */
export function parseLayersPattern(reader: OptionReader): readonly string[] | null {
  const field = "layers_pattern";
  const text = reader.text(field);
  const patterns = readLayersPattern(text);
  if (!patterns) return null;
  if (!patterns.every(isPattern)) throw optionError(field, { code: "config/target-regex", text });
  if (!reader.integers("layers_to_transform")) {
    throw optionError(field, { code: "config/layers-pattern-alone" });
  }
  return patterns;
}

/** target_modules as form text. */
export function formatTargets(targets: TargetModules): string {
  return typeof targets === "string" ? targets : targets.join(", ");
}

/**
 * Selects modules by PEFT's rules: a list entry matches a path or its suffix after a dot; a string is a regex for the
 * whole path. `layersToTransform` selects by the first number in the path, or the one after `layersPattern`. Throws if
 * nothing matches, listing the available modules.
 */
export function matchTargets<M extends { readonly path: string }>(
  choice: TargetChoice,
  layers: readonly M[],
): M[] {
  const { targets, excluded = null, layersToTransform = null } = choice;
  if (layersToTransform && typeof targets === "string") {
    throw optionError("layers_to_transform", { code: "config/layers-beside-regex" });
  }
  const targeted = layers.filter(({ path }) => isTargeted(choice, path));
  const chosen = targeted.filter(
    ({ path }) => !excluded || !matchesTargets(excluded, path, "exclude_modules"),
  );
  if (chosen.length > 0) return chosen;
  const modules = [...new Set(layers.map(({ path }) => path.slice(path.lastIndexOf(".") + 1)))];
  if (targeted.length > 0) throw optionError("exclude_modules", { code: "config/all-excluded", modules });
  throw optionError(layersToTransform ? "layers_to_transform" : "target_modules", {
    code: "config/no-target",
    targets,
    layers: layersToTransform,
    modules,
  });
}

/** Value of the first pattern that matches a path (PEFT's rank_pattern and alpha_pattern), or `fallback`. */
export function patternValue(
  patterns: Readonly<Record<string, number>>,
  path: string,
  fallback: number,
): number {
  for (const [pattern, value] of Object.entries(patterns)) {
    if (matchesPatternKey(pattern, path)) return value;
  }
  return fallback;
}
