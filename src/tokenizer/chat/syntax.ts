import type { Environment, Interpreter } from "@huggingface/jinja";

/* Parts of the Jinja library's syntax tree and values, which it does not export as types. */

/** A syntax tree node of unknown type. */
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

/** `items if condition` in a loop. */
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

/** `operand | filter` or `operand | filter(args)`. */
export interface FilterNode extends TemplateNode {
  readonly type: "FilterExpression";
  readonly operand: TemplateNode;
  readonly filter: TemplateNode;
}

/** A filter or function call; keyword arguments are separate nodes. */
export interface CallNode extends TemplateNode {
  readonly type: "CallExpression";
  readonly callee: TemplateNode;
  readonly args: readonly TemplateNode[];
}

export interface NamedArgumentNode extends TemplateNode {
  readonly type: "KeywordArgumentExpression";
  readonly value: TemplateNode;
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

export function isFilter(node: TemplateNode): node is FilterNode {
  return node.type === "FilterExpression";
}

export function isCall(node: TemplateNode): node is CallNode {
  return node.type === "CallExpression";
}

export function isNamedArgument(node: TemplateNode): node is NamedArgumentNode {
  return node.type === "KeywordArgumentExpression";
}
