import type { Environment, Interpreter } from "@huggingface/jinja";

/* The parts of the Jinja library's syntax tree and values that the studio touches; the library does not name them. */

/** A node of a template's syntax tree, as far as nothing more is known of it. */
export interface TemplateNode {
  readonly type: string;
}

export interface TemplateProgram extends TemplateNode {
  readonly body: readonly TemplateNode[];
}

export interface IfNode extends TemplateNode {
  readonly type: "If";
  readonly test: TemplateNode;
  readonly body: readonly TemplateNode[];
  readonly alternate: readonly TemplateNode[];
}

export interface ForNode extends TemplateNode {
  readonly type: "For";
  readonly loopvar: TemplateNode;
  readonly iterable: TemplateNode;
  readonly body: readonly TemplateNode[];
  readonly defaultBlock: readonly TemplateNode[];
}

/** `items if condition`, as loops have it. */
export interface SelectNode extends TemplateNode {
  readonly type: "SelectExpression";
  readonly lhs: TemplateNode;
  readonly test: TemplateNode;
}

export interface NameNode extends TemplateNode {
  readonly type: "Identifier";
  readonly value: string;
}

export interface TupleNode extends TemplateNode {
  readonly type: "TupleLiteral";
  readonly value: readonly TemplateNode[];
}

export type TemplateValue = ReturnType<Interpreter["evaluate"]>;
export type TemplateScope = Environment;

export function isIf(node: TemplateNode): node is IfNode {
  return node.type === "If";
}

export function isFor(node: TemplateNode): node is ForNode {
  return node.type === "For";
}

export function isSelect(node: TemplateNode): node is SelectNode {
  return node.type === "SelectExpression";
}

export function isName(node: TemplateNode): node is NameNode {
  return node.type === "Identifier";
}

export function isTuple(node: TemplateNode): node is TupleNode {
  return node.type === "TupleLiteral";
}
