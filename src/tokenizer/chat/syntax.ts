import type { Environment, Interpreter } from "@huggingface/jinja";

/* Parts of the Jinja library's syntax tree and values, which it does not export as types. */

/** A syntax tree node of unknown type. */
export interface TemplateNode {
  readonly type: string;
  /** Its line in the source, from 1. */
  readonly line?: number;
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

/** Nodes by their `type`. */
interface Nodes {
  readonly If: IfNode;
  readonly For: ForNode;
  readonly SelectExpression: SelectNode;
  readonly Identifier: NameNode;
  readonly TupleLiteral: TupleNode;
  readonly FilterExpression: FilterNode;
  readonly CallExpression: CallNode;
  readonly KeywordArgumentExpression: NamedArgumentNode;
}

/** Whether a node is of a type. */
export function isNode<T extends keyof Nodes>(node: TemplateNode, type: T): node is Nodes[T] {
  return node.type === type;
}
