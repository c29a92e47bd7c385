import { useMemo } from "react";
import type { ModuleInfo } from "../../../shared/model";
import { Fold } from "../../components/fold";
import { groupBy } from "../../lib/group-by";
import { chosenOf, leafName, togglePaths } from "../../lib/module-names";
import { buildModuleTree } from "../../lib/module-tree";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./module-picker.module.css";
import { ModuleTree } from "./module-tree";
import { type Targets, useTargets } from "./use-targets";

/**
 * Edits target_modules: the loaded model's layers by kind or one by one in a tree, with embeddings and head if the
 * method supports them.
 */
export function ModulePicker({ withEnds }: { withEnds: boolean }) {
  const model = useStudio((state) => state.model);
  return model && <Picker modules={model.modules} ends={withEnds ? model.ends : NO_ENDS} />;
}

interface Props {
  readonly modules: readonly ModuleInfo[];
  readonly ends: readonly ModuleInfo[];
}

function Picker({ modules, ends }: Props) {
  const text = useText();
  const layerPaths = useMemo(() => modules.map(({ path }) => path), [modules]);
  const endPaths = useMemo(() => ends.map(({ path }) => path), [ends]);
  const paths = useMemo(() => [...layerPaths, ...endPaths], [layerPaths, endPaths]);
  const nodes = useMemo(() => buildModuleTree([...modules, ...ends]), [modules, ends]);
  const targets = useTargets(layerPaths, endPaths);
  const parameters = useStudio((state) => state.plan?.modules ?? NONE);
  const trained = useMemo(
    () => new Map(parameters.map(({ path, parameters: count }) => [path, count])),
    [parameters],
  );
  const { chosen } = targets;
  const sum = paths.reduce((total, path) => total + (chosen.has(path) ? (trained.get(path) ?? 0) : 0), 0);
  return (
    <div className={classes.picker}>
      <Kinds paths={paths} targets={targets} />
      <Fold
        title={
          <span>
            {text.method.tree}{" "}
            <span className={classes.count}>
              {text.method.matching(chosen.size, paths.length)}
              {sum > 0 && ` · ${text.method.parameters(sum)}`}
            </span>
          </span>
        }
      >
        <ModuleTree nodes={nodes} trained={trained} targets={targets} />
      </Fold>
    </div>
  );
}

const NO_ENDS: readonly ModuleInfo[] = [];
const NONE: readonly { path: string; parameters: number }[] = [];

/** Kinds of modules across all layers, each toggled with a click. */
function Kinds({ paths, targets }: { paths: readonly string[]; targets: Targets }) {
  const text = useText();
  const { chosen, locked, choose } = targets;
  const kinds = useMemo(() => groupBy(paths, leafName), [paths]);
  return (
    <div role="group" aria-label={text.method.suggestions} className={classes.chips}>
      {[...kinds].map(([name, members]) => {
        const state = chosenOf(members, chosen);
        return (
          <button
            key={name}
            type="button"
            className={classes.chip}
            aria-pressed={state === "all" ? true : state === "some" ? "mixed" : false}
            disabled={locked}
            onClick={() => {
              choose(togglePaths(members, chosen));
            }}
          >
            {name}
          </button>
        );
      })}
    </div>
  );
}
