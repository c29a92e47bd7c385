import { parseJavaScript } from "./javascript";
import type { RegexNode } from "./syntax";

/** More optional parts in front of a run could be tried in too many ways. */
const MAX_OPTIONAL = 3;
const SPACE = String.raw`(?:\\s|\\p\{White_Space\})`;
/** Choices about white space that fail where a run of it has no line end or no word behind it. */
const SPACE_CHOICES = new RegExp(
  String.raw`\|(?:${SPACE}\*\[\\r\\n\]\+?|${SPACE}\+\(\?!(?:\\S|\\P\{White_Space\})\))(?=\|)`,
  "g",
);
const TAKES_ALL_SPACE = new RegExp(String.raw`\|${SPACE}\+\)*$`);

/**
 * Whether JavaScript's own engine, which tries ways one after the other, is sure to go through a text once. True for what
 * tokenizers are made of: choices of a few fixed characters and a run of one set at their end, behind which nothing can
 * fail. @param expression with the flag "u"
 * @throws RegexError for what {@link parseJavaScript} refuses
 */
export function isQuick({ source, flags }: RegExp): boolean {
  // Where these fail they have looked through white space that a later choice takes whole.
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

/** Fits texts of a length that the expression bounds, without repeats. */
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
