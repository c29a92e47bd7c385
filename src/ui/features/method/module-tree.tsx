import { Checkbox } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type CSSProperties, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { type Chosen, chosenOf, togglePaths } from "../../lib/module-names";
import { type ModuleNode, openAtFirst, visibleNodes, type VisibleNode } from "../../lib/module-tree";
import { useText } from "../../text/text";
import classes from "./module-tree.module.css";
import type { Targets } from "./use-targets";

interface Props {
  readonly nodes: readonly ModuleNode[];
  /** Trained parameters by module path. */
  readonly trained: ReadonlyMap<string, number>;
  readonly targets: Targets;
}

/**
 * The model's modules as a checkable tree with a roving tab stop: arrows move and expand, Home and End jump, Space and
 * Enter toggle.
 */
export function ModuleTree({ nodes, trained, targets }: Props) {
  const text = useText();
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => openAtFirst(nodes));
  const [active, setActive] = useState<string | null>(null);
  const visible = useMemo(() => visibleNodes(nodes, expanded), [nodes, expanded]);
  const current = visible.find(({ node }) => node.path === active) ?? visible[0];
  const setOpen = (path: string, open: boolean) => {
    const changed = new Set(expanded);
    if (open) changed.add(path);
    else changed.delete(path);
    setExpanded(changed);
  };
  const toggle = (node: ModuleNode) => {
    if (targets.locked) return;
    targets.choose(
      togglePaths(
        node.leaves.map(({ path }) => path),
        targets.chosen,
      ),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moves[event.key]?.(visible, current, expanded);
    if (next === undefined && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (next === undefined) toggle(current.node);
    else if (next?.open !== undefined) setOpen(current.node.path, next.open);
    else if (next?.to !== undefined) setActive(next.to);
  };
  return (
    <div
      role="tree"
      aria-label={text.method.tree}
      aria-multiselectable
      aria-disabled={targets.locked}
      className={classes.tree}
      onKeyDown={onKeyDown}
    >
      {visible.map((shown) => (
        <TreeRow
          key={shown.node.path}
          shown={shown}
          isOpen={expanded.has(shown.node.path)}
          isCurrent={shown === current}
          hasFocus={shown.node.path === active}
          trained={trained}
          chosen={targets.chosen}
          onOpen={(open) => {
            setActive(shown.node.path);
            setOpen(shown.node.path, open);
          }}
          onToggle={() => {
            setActive(shown.node.path);
            toggle(shown.node);
          }}
        />
      ))}
    </div>
  );
}

/** The action of a key: expands or collapses the node, or moves to another; null is ignored. */
type Move = (
  visible: readonly VisibleNode[],
  current: VisibleNode,
  expanded: ReadonlySet<string>,
) => { readonly open?: boolean; readonly to?: string } | null;

const to = (target: VisibleNode | undefined) => (target ? { to: target.node.path } : null);

const moves: Readonly<Record<string, Move>> = {
  ArrowDown: (visible, current) => to(visible[visible.indexOf(current) + 1]),
  ArrowUp: (visible, current) => to(visible[visible.indexOf(current) - 1]),
  Home: (visible) => to(visible[0]),
  End: (visible) => to(visible.at(-1)),
  ArrowRight(visible, current, expanded) {
    const { children, path } = current.node;
    if (children.length === 0) return null;
    return expanded.has(path) ? to(visible[visible.indexOf(current) + 1]) : { open: true };
  },
  ArrowLeft(_visible, { node, parent }, expanded) {
    if (node.children.length > 0 && expanded.has(node.path)) return { open: false };
    return parent === null ? null : { to: parent };
  },
};

interface RowProps {
  readonly shown: VisibleNode;
  readonly isOpen: boolean;
  /** Whether this is the tab stop. */
  readonly isCurrent: boolean;
  readonly hasFocus: boolean;
  readonly trained: ReadonlyMap<string, number>;
  readonly chosen: ReadonlySet<string>;
  readonly onOpen: (open: boolean) => void;
  readonly onToggle: () => void;
}

const ARIA_CHECKED = { all: true, some: "mixed", none: false } as const;

function TreeRow({ shown, isOpen, isCurrent, hasFocus, trained, chosen, onOpen, onToggle }: RowProps) {
  const { node, level, place, of } = shown;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Focus follows the arrow keys only if it is already inside the tree.
    if (hasFocus && row.current?.parentElement?.contains(document.activeElement)) row.current.focus();
  }, [hasFocus]);
  const state = chosenOf(
    node.leaves.map(({ path }) => path),
    chosen,
  );
  const isBranch = node.children.length > 0;
  return (
    <div
      ref={row}
      role="treeitem"
      aria-label={node.name}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={of}
      aria-checked={ARIA_CHECKED[state]}
      {...(isBranch ? { "aria-expanded": isOpen } : {})}
      tabIndex={isCurrent ? 0 : -1}
      className={classes.row}
      style={{ "--level": level - 1 } as CSSProperties}
      onClick={onToggle}
    >
      <span
        className={classes.caret}
        data-open={isOpen || undefined}
        onClick={(event) => {
          if (!isBranch) return;
          event.stopPropagation();
          onOpen(!isOpen);
        }}
      >
        {isBranch && <IconChevronRight size={16} aria-hidden />}
      </span>
      <Checkbox.Indicator
        size="xs"
        checked={state === "all"}
        indeterminate={state === "some"}
        className={classes.box ?? ""}
      />
      <span className={classes.name}>{node.name}</span>
      <Figures node={node} state={state} trained={trained} chosen={chosen} />
    </div>
  );
}

interface FigureProps {
  readonly node: ModuleNode;
  readonly state: Chosen;
  readonly trained: ReadonlyMap<string, number>;
  readonly chosen: ReadonlySet<string>;
}

/** A layer's shape and trained parameters, or how many of a module's layers are targeted. */
function Figures({ node, state, trained, chosen }: FigureProps) {
  const text = useText();
  const [leaf] = node.leaves;
  if (node.children.length > 0 || !leaf) {
    const count = node.leaves.filter(({ path }) => chosen.has(path)).length;
    return <span className={classes.figures}>{text.method.someOf(count, node.leaves.length)}</span>;
  }
  const parameters = state === "all" ? trained.get(leaf.path) : undefined;
  return (
    <>
      <span className={classes.shape}>
        {text.format.integer(leaf.outFeatures)} × {text.format.integer(leaf.inFeatures)}
      </span>
      <span className={classes.figures}>
        {parameters === undefined ? "" : `+${text.format.integer(parameters)}`}
      </span>
    </>
  );
}
