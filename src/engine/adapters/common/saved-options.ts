import * as v from "valibot";
import { parseAs, recordOf } from "../../../lib/schema";
import { type PatternPair, readPatternPairs } from "../../../shared/pattern-table";
import { matchesTargets } from "../../../shared/targets";
import { type ModelSpec, linearLayers } from "../../nn/model-spec";
import type { TargetModules } from "./targets";

/**
 * PEFT takes a single name as a regex, and expands "all-linear" when creating an adapter, not when loading one. In a
 * multimodal model, a name is written as the paths of the language model's modules, since other parts have modules with
 * the same names; the first path component is dropped, because whole paths would override layers_to_transform.
 */
export function savedTargets(targets: TargetModules, model: ModelSpec): TargetModules {
  if (targets === "all-linear") return linearLayers(model).map(({ path }) => path);
  if (typeof targets === "string" || !model.textPart) return targets;
  const layers = linearLayers(model);
  return targets.flatMap((name) => {
    const fitting = layers.filter(({ path }) => matchesTargets([name], path));
    return fitting.length > 0 ? fitting.map(({ path }) => path.slice(path.indexOf(".") + 1)) : [name];
  });
}

/**
 * Parses keys of an adapter's config. Keys that libraries always write are required; optional or nullable ones are
 * `v.nullish` with the library's default. Errors name the key.
 */
export function readSaved<const Entries extends v.ObjectEntries>(
  entries: Entries,
  config: unknown,
  file = "adapter_config.json",
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  return parseAs(v.pipe(recordOf(v.unknown()), v.object(entries)), config, { file });
}

/** A list of module names, or a regex. */
export const savedModules = v.nullish(v.union([v.string(), v.array(v.string())]), "");

/** Numbers by pattern. */
export const savedPattern = v.nullish(recordOf(v.number()), {});

/** One layer index, or several. */
export const savedLayers = v.nullish(v.union([v.number(), v.array(v.number())]), []);

/** A flag that defaults to false. */
export const savedFlag = v.nullish(v.boolean(), false);

/** A probability that defaults to 0. */
export const savedProbability = v.nullish(v.number(), 0);

/** An initialisation: a boolean or a name. */
export const savedInit = v.nullish(v.union([v.boolean(), v.string()]), true);

/** The name of the layer list, or several names. */
export const savedLayersPattern = v.nullish(v.union([v.string(), v.array(v.string())]), "");

/** A pattern table as form text: pairs, or JSON if a pattern contains a comma. */
export function patternText(pattern: Readonly<Record<string, number>>): string {
  const pairs = Object.entries(pattern)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  return isSamePattern(readPatternPairs(pairs), pattern) ? pairs : JSON.stringify(pattern);
}

function isSamePattern(pairs: readonly PatternPair[], pattern: Readonly<Record<string, number>>): boolean {
  const entries = Object.entries(pattern);
  return (
    entries.length === pairs.length &&
    entries.every(([key, value], index) => pairs[index]?.pattern === key && pairs[index].value === value)
  );
}

/** layers_pattern as form text: names, or one regex if any is not a plain name. */
export function layersPatternText(patterns: string | readonly string[]): string {
  const given = [patterns].flat().filter(Boolean);
  if (given.every((pattern) => /^[\w.-]+$/.test(pattern)) || given.length < 2) return given.join(", ");
  return given.map((pattern) => `(?:${pattern})`).join("|");
}
