import type { ModuleInfo } from "../../shared/model";
import { groupBy } from "./group-by";

/** A node of the module tree: a module with children, or a layer. */
export interface ModuleNode {
  /** Module path: "model.layers.0.self_attn". */
  readonly path: string;
  /** The path relative to the parent; chains of only children are collapsed into one node. */
  readonly name: string;
  readonly children: readonly ModuleNode[];
  /** The layers below it, or itself. */
  readonly leaves: readonly ModuleInfo[];
}

/** Builds the tree of layers given by their module paths. */
export function buildModuleTree(modules: readonly ModuleInfo[], above = ""): ModuleNode[] {
  const start = above === "" ? 0 : above.length + 1;
  const byPart = groupBy(modules, ({ path }) => path.slice(start).split(".")[0] ?? "");
  return [...byPart].map(([part, leaves]) => {
    const path = above === "" ? part : `${above}.${part}`;
    if (leaves.length === 1 && leaves[0]?.path === path) return { path, name: part, children: [], leaves };
    const children = buildModuleTree(leaves, path);
    const [only] = children;
    if (only && children.length === 1 && only.children.length > 0) {
      return { ...only, name: `${part}.${only.name}` };
    }
    return { path, name: part, children, leaves };
  });
}

/** Initially expanded nodes: those down to the list of layers, and everything in the first layer. */
export function openAtFirst(nodes: readonly ModuleNode[]): ReadonlySet<string> {
  const opened = [...nodes];
  let level = nodes;
  // Descend to the numbered layers.
  while (level[0] && !/^\d+$/.test(level[0].name)) {
    level = level[0].children;
    opened.push(...level.slice(0, 1));
  }
  return new Set([...opened, ...(level[0]?.children ?? [])].map(({ path }) => path));
}

/** A visible node with its position in the tree. */
export interface VisibleNode {
  readonly node: ModuleNode;
  /** Depth, from 1. */
  readonly level: number;
  /** Position among its siblings, from 1. */
  readonly place: number;
  readonly of: number;
  readonly parent: string | null;
}

/** The visible nodes from top to bottom. */
export function visibleNodes(
  nodes: readonly ModuleNode[],
  expanded: ReadonlySet<string>,
  level = 1,
  parent: string | null = null,
): VisibleNode[] {
  return nodes.flatMap((node, index) => [
    { node, level, place: index + 1, of: nodes.length, parent },
    ...(expanded.has(node.path) ? visibleNodes(node.children, expanded, level + 1, node.path) : []),
  ]);
}
