import ts from "typescript";

/** User-facing text in a source file. */
export interface Wording {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Calls whose text is for developers, since they only report bugs. */
const ASSERTIONS = new Set([
  "invariant",
  "defined",
  "requireShape",
  "Error",
  "RangeError",
  "DOMException",
  "DamagedZip",
]);
/** JSX attributes that are displayed or announced. */
const READ_ATTRIBUTES = /^(aria-label|aria-description|title|label|placeholder|alt|description)$/;
/** Two consecutive words: likely a sentence. */
const SENTENCE = /\p{L}[\p{L}'’-]*[,;:.]? +\p{L}{2,}/u;
/** A word next to a template substitution, written as X: "X rows", but not "12px X". */
const WORD_BESIDE_VALUE = /X \p{L}{2,}|(^|[\s(“"])\p{L}{2,} X/u;
/** A single capitalised word: likely a label. Several capitals indicate an identifier ("AutoModelForCausalLM"). */
const LABEL = /^\p{Lu}\p{Ll}+[.:!?…]?$/u;

/** Finds user-facing text in a TypeScript file's literals, templates and JSX. */
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

/** Imports, directives, types, property names, and messages that only a bug shows. */
function isForMakers(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return ts.isIdentifier(node.expression) && ASSERTIONS.has(node.expression.text);
  }
  return false;
}
