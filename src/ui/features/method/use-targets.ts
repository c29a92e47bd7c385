import { useMemo } from "react";
import { matchesTargets, isTargeted, readLayersPattern, readTargets } from "../../../shared/targets";
import type { FieldValues } from "../../../shared/fields";
import { spellTargets } from "../../lib/target-spelling";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectMethodValues } from "../../store/selectors";

/** The modules that the method's form targets, and a way to change them. */
export interface Targets {
  readonly chosen: ReadonlySet<string>;
  readonly locked: boolean;
  /** Sets the shortest target_modules that matches exactly these paths. */
  choose(paths: ReadonlySet<string>): void;
}

/** Fields that narrow target_modules, cleared when modules are ticked individually. */
const NARROWING = ["exclude_modules", "layers_pattern", "layers_to_transform"];

/**
 * The modules of the loaded model that target_modules currently matches.
 *
 * @param paths the linear layers @param ends the embeddings and the head, if the method supports them
 */
export function useTargets(paths: readonly string[], ends: readonly string[]): Targets {
  const { locked, edit, planned } = useStudio((state) => ({
    locked: isTraining(state),
    edit: state.editMethod,
    planned: state.plan?.targets,
  }));
  const form = useStudio(({ methodId, model, methodEdits }) => ({ methodId, model, methodEdits }));
  const values = useMemo(() => selectMethodValues(form), [form]);
  const chosen = useMemo(
    () => targeted(values, paths, ends) ?? new Set(planned ?? []),
    [values, paths, ends, planned],
  );
  return {
    chosen,
    locked,
    choose(wanted) {
      for (const name of NARROWING) if (values[name]) edit(name, "");
      edit("target_modules", spellTargets(wanted, paths, ends));
    },
  };
}

/** What the form's text matches; null if it is empty, since only the worker knows the family's defaults. */
function targeted(
  form: FieldValues,
  paths: readonly string[],
  ends: readonly string[],
): ReadonlySet<string> | null {
  const targets = readTargets(String(form.target_modules ?? "").trim());
  if (targets === null) return null;
  const excluded = readTargets(String(form.exclude_modules ?? "").trim());
  const layers = String(form.layers_to_transform ?? "")
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  const named = targets === "all-linear" ? paths : [...paths, ...ends];
  const layersPattern = readLayersPattern(String(form.layers_pattern ?? "").trim());
  const choice = { targets, layersToTransform: layers.length > 0 ? layers : null, layersPattern };
  try {
    return new Set(
      named.filter((path) => isTargeted(choice, path) && !(excluded && matchesTargets(excluded, path))),
    );
  } catch {
    // An incomplete regex matches nothing; the worker reports the problem at the field.
    return new Set();
  }
}
