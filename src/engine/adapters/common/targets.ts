import {
  isNamed,
  isTargeted,
  readTargets,
  type TargetChoice,
  type TargetModules,
} from "../../../shared/targets";
import { isRegex, optionError } from "./option-reader";

export type { TargetChoice, TargetModules };

/**
 * Reads the form's text: names separated by commas or spaces, else a regex; null when empty.
 *
 * @param field where an error is shown
 */
export function parseTargets(text: string, field = "target_modules"): TargetModules | null {
  const targets = readTargets(text);
  if (typeof targets === "string" && !isRegex(targets)) {
    throw optionError(
      field,
      `"${text}" is no valid regular expression.`,
      "Write module names separated by commas, a regex, or all-linear.",
    );
  }
  return targets;
}

/** target_modules as the form shows it. */
export function formatTargets(targets: TargetModules): string {
  return typeof targets === "string" ? targets : targets.join(", ");
}

/**
 * The modules that targets choose, by PEFT's rules: a list entry equals a path or its end after a dot; a string is a
 * regex that matches the whole path. `layersToTransform` counts by the first number in the path.
 * Errors when nothing matches, naming what there is.
 */
export function matchTargets<M extends { readonly path: string }>(
  choice: TargetChoice,
  layers: readonly M[],
): M[] {
  const { targets, excluded = null, layersToTransform = null } = choice;
  if (layersToTransform && typeof targets === "string") {
    throw optionError(
      "layers_to_transform",
      "layers_to_transform goes only with a list of names in target_modules.",
      "List the module names, or write the layers into the regex.",
    );
  }
  const targeted = layers.filter(({ path }) => isTargeted(choice, path));
  const chosen = targeted.filter(({ path }) => !excluded || !isNamed(excluded, path));
  if (chosen.length > 0) return chosen;
  const names = [...new Set(layers.map(({ path }) => path.split(".").at(-1)))].join(", ");
  const inLayers = layersToTransform ? ` in layers ${layersToTransform.join(", ")}` : "";
  if (targeted.length > 0) {
    throw optionError(
      "exclude_modules",
      "exclude_modules leaves out every layer that target_modules chooses.",
      `This model's layers are called ${names}.`,
    );
  }
  throw optionError(
    layersToTransform ? "layers_to_transform" : "target_modules",
    `No layer of this model matches ${formatTargets(targets)}${inLayers}.`,
    `This model's layers are called ${names}.`,
  );
}

/** The value of the first pattern that fits a path (PEFT's rank_pattern and alpha_pattern), or `fallback`. */
export function patternValue(
  patterns: Readonly<Record<string, number>>,
  path: string,
  fallback: number,
): number {
  for (const [pattern, value] of Object.entries(patterns)) {
    if (new RegExp(`^(?:.*\\.)?(?:${pattern})$`).test(path)) return value;
  }
  return fallback;
}
