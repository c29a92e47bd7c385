import { parseJavaScript } from "./javascript";
import type { RegexNode } from "./syntax";

/** More optional parts before a repeat could be tried in too many combinations. */
const MAX_OPTIONAL = 3;
const SPACE = String.raw`(?:\\s|\\p\{White_Space\})`;
/** Common whitespace alternatives that only fail within a run of whitespace. */
const SPACE_CHOICES = new RegExp(
  String.raw`\|(?:${SPACE}\*\[\\r\\n\]\+?|${SPACE}\+\(\?!(?:\\S|\\P\{White_Space\})\))(?=\|)`,
  "g",
);
const TAKES_ALL_SPACE = new RegExp(String.raw`\|${SPACE}\+\)*$`);

/**
 * Whether JavaScript's backtracking engine is sure to take linear time: true for typical tokenizer patterns,
 * alternatives of a few fixed characters followed by a repeated set after which nothing can fail.
 * @param expression with the flag "u"
 * @throws RegexError for whatever {@link parseJavaScript} rejects
 */
export function isQuick({ source, flags }: RegExp): boolean {
  // If these fail, they have scanned whitespace that a later alternative consumes whole.
  const rest = TAKES_ALL_SPACE.test(source) ? source.replace(SPACE_CHOICES, "") : source;
  return isQuickNode(parseJavaScript(new RegExp(rest, flags)));
}

function isQuickNode(node: RegexNode): boolean {
  if (node.kind === "choice") return node.nodes.every(isQuickNode);
  return isQuickSequence(node.kind === "sequence" ? node.nodes : [node]);
}

function isQuickSequence(nodes: readonly RegexNode[]): boolean {
  if (nodes.length === 1 && nodes[0]?.kind === "choice") return isQuickNode(nodes[0]);
  let optional = 0;
  let isBehindRun = false;
  for (const node of nodes) {
    if (node.kind !== "repeat") {
      if (isBehindRun || !isFixed(node)) return false;
      continue;
    }
    const isRun = node.max > 1;
    if (isRun ? node.node.kind !== "char" : !isFixed(node.node)) return false;
    if (node.min > (isBehindRun ? 0 : 1) || !node.isGreedy) return false;
    if (isRun) isBehindRun = true;
    else if (++optional > MAX_OPTIONAL) return false;
  }
  return true;
}

/** Whether it matches only texts of bounded length, without repeats. */
function isFixed(node: RegexNode): boolean {
  switch (node.kind) {
    case "char":
    case "place":
      return true;
    case "sequence":
    case "choice":
      return node.nodes.every(isFixed);
    case "look":
      return isFixed(node.node);
    default:
      return false;
  }
}
