import ts from "typescript";

/** A piece of text for people in a source file. */
export interface Wording {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Calls whose words are for the makers of the studio: what they throw is a bug. */
const ASSERTIONS = new Set(["invariant", "defined", "Error", "RangeError", "DOMException", "DamagedZip"]);
/** Attributes of JSX that people read or hear. */
const READ_ATTRIBUTES = /^(aria-label|aria-description|title|label|placeholder|alt|description)$/;
/** Two words in a row, the mark of a sentence. */
const SENTENCE = /\p{L}[\p{L}'’-]*[,;:.]? +\p{L}{2,}/u;
/** A word beside what a template fills in, which stands as X: "X rows", but not "12px X". */
const WORD_BESIDE_VALUE = /X \p{L}{2,}|(^|[\s(“"])\p{L}{2,} X/u;
/** One word with a capital, the mark of a label; several capitals are a name ("AutoModelForCausalLM"). */
const LABEL = /^\p{Lu}\p{Ll}+[.:!?…]?$/u;

/** Sentences, labels and other words for people in a TypeScript file: in its literals, templates and JSX. */
export function findWording(file: string, source: string): Wording[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: Wording[] = [];
  const report = (node: ts.Node, text: string) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
    found.push({ file, line: line + 1, text: text.trim() });
  };
  const visit = (node: ts.Node): void => {
    if (isForMakers(node)) return;
    if (ts.isJsxText(node)) {
      if (/\p{L}/u.test(node.text)) report(node, node.text);
    } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      const isRead = ts.isJsxAttribute(node.parent) && READ_ATTRIBUTES.test(node.parent.name.getText(tree));
      if ((isRead && /\p{L}/u.test(node.text)) || isWording(node.text)) report(node, node.text);
    } else if (ts.isTemplateExpression(node)) {
      const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
      const text = parts.join("X");
      if (parts.some((part) => SENTENCE.test(part)) || WORD_BESIDE_VALUE.test(text)) report(node, text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isWording(text: string): boolean {
  return SENTENCE.test(text) || LABEL.test(text);
}

/** Imports, directives, types, names of properties, and what only a bug shows. */
function isForMakers(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return ts.isIdentifier(node.expression) && ASSERTIONS.has(node.expression.text);
  }
  return false;
}
