import { Environment, Interpreter } from "@huggingface/jinja";
import { entries, type RenderBudget } from "./budget";
import {
  isNode,
  type FilterNode,
  type ForNode,
  type TemplateNode,
  type TemplateProgram,
  type TemplateScope,
  type TemplateValue,
} from "./syntax";

/** Control flow of `{% break %}` and `{% continue %}`, with the text emitted before it. */
class LoopSignal {
  text = "";
  readonly isBreak: boolean;

  constructor(isBreak: boolean) {
    this.isBreak = isBreak;
  }
}

/** A node with an already evaluated value. */
class HeldNode implements TemplateNode {
  readonly type = "Held";
  readonly value: TemplateValue;

  constructor(value: TemplateValue) {
    this.value = value;
  }
}

/**
 * The library's interpreter with a budget and Jinja's loop semantics: variables set in an iteration are local to it,
 * and text before `continue` and `break` is kept.
 */
export class TemplateInterpreter extends Interpreter {
  readonly #budget: RenderBudget;
  #failedLine: number | null = null;

  constructor(globals: TemplateScope, budget: RenderBudget) {
    super(globals);
    this.#budget = budget;
  }

  /** The line at which rendering failed; null if unknown. */
  get failedLine(): number | null {
    return this.#failedLine;
  }

  /** Renders the whole template. */
  render(program: TemplateProgram): string {
    return this.#block(program.body, this.global);
  }

  override evaluate(node: TemplateNode | undefined, scope: TemplateScope): TemplateValue {
    this.#budget.step();
    try {
      const value = this.#budget.within(() => this.#evaluate(node, scope));
      this.#budget.value(value.value);
      return value;
    } catch (error) {
      if (!(error instanceof LoopSignal)) this.#failedLine ??= node?.line ?? null;
      throw error;
    }
  }

  #evaluate(node: TemplateNode | undefined, scope: TemplateScope): TemplateValue {
    if (!node) return super.evaluate(undefined, scope);
    if (node instanceof HeldNode) return node.value;
    if (isNode(node, "FilterExpression")) return this.#filter(node, scope);
    if (isNode(node, "If")) {
      const isTrue = this.evaluate(node.test, scope).__bool__().value;
      return this.#text(this.#block(isTrue ? node.body : node.alternate, scope));
    }
    if (isNode(node, "For")) return this.#text(this.#loop(node, scope));
    if (node.type === "Break" || node.type === "Continue") throw new LoopSignal(node.type === "Break");
    return super.evaluate(node, scope);
  }

  /** Filters run in one call, so their cost is counted first. */
  #filter(node: FilterNode, scope: TemplateScope): TemplateValue {
    const operand = new HeldNode(this.evaluate(node.operand, scope));
    const given = isNode(node.filter, "CallExpression") ? node.filter.args : [];
    const named = given.map((argument) =>
      isNode(argument, "KeywordArgumentExpression") ? argument.value : argument,
    );
    const values = named.map((argument): unknown => this.evaluate(argument, scope).value);
    const name = isNode(node.filter, "CallExpression") ? node.filter.callee : node.filter;
    const { value } = operand.value;
    const pieces = isNode(name, "Identifier") ? piecesOf(value, name.value, values) : 0;
    this.#budget.filter(value, pieces, Math.max(0, ...values.map(lengthOf)));
    // The library checks nodes with instanceof.
    return super.evaluate(Object.create(node, { operand: { value: operand } }) as FilterNode, scope);
  }

  #text(value: string): TemplateValue {
    return super.evaluate({ type: "StringLiteral", value } as TemplateNode, this.global);
  }

  #block(statements: readonly TemplateNode[], scope: TemplateScope): string {
    let text = "";
    for (const statement of statements) {
      try {
        const value = this.evaluate(statement, scope);
        if (value.type !== "NullValue" && value.type !== "UndefinedValue") text += value.toString();
      } catch (error) {
        if (error instanceof LoopSignal) error.text = text + error.text;
        throw error;
      }
    }
    return text;
  }

  #loop(node: ForNode, scope: TemplateScope): string {
    const items = this.#items(node, scope);
    let text = "";
    for (const [index, item] of items.entries()) {
      this.#budget.round();
      const round = new Environment(scope);
      const loop = round.set("loop", {
        index: index + 1,
        index0: index,
        revindex: items.length - index,
        revindex0: items.length - index - 1,
        first: index === 0,
        last: index === items.length - 1,
        length: items.length,
      }).value as Map<string, TemplateValue>;
      const [before, after] = [items[index - 1], items[index + 1]];
      if (before) loop.set("previtem", before);
      if (after) loop.set("nextitem", after);
      assign(node.loopvar, item, round);
      try {
        text += this.#block(node.body, round);
      } catch (error) {
        if (!(error instanceof LoopSignal)) throw error;
        text += error.text;
        if (error.isBreak) break;
      }
    }
    return items.length > 0 ? text : this.#block(node.defaultBlock, scope);
  }

  /** Items of a loop: list entries, object keys or characters of a string, filtered by the loop's condition. */
  #items({ iterable, loopvar }: ForNode, scope: TemplateScope): TemplateValue[] {
    const from = isNode(iterable, "SelectExpression") ? iterable.lhs : iterable;
    const { type, value } = this.evaluate(from, scope);
    const items =
      typeof value === "string"
        ? Array.from(value, (character) => this.#text(character))
        : value instanceof Map
          ? [...value.keys()].map((key) => this.#text(key))
          : Array.isArray(value)
            ? (value as TemplateValue[])
            : null;
    if (!items) throw new Error(`${type} cannot be looped over`);
    this.#budget.step(items.length);
    if (!isNode(iterable, "SelectExpression")) return items;
    return items.filter((item) => {
      const round = new Environment(scope);
      assign(loopvar, item, round);
      return this.evaluate(iterable.test, round).__bool__().value;
    });
  }
}

/** Binds the loop variable or variables. */
function assign(target: TemplateNode, item: TemplateValue, scope: TemplateScope): void {
  if (isNode(target, "Identifier")) {
    scope.setVariable(target.value, item);
    return;
  }
  const parts = Array.isArray(item.value) ? (item.value as TemplateValue[]) : [];
  if (!isNode(target, "TupleLiteral") || parts.length !== target.value.length) {
    throw new Error(`a loop cannot take ${item.type} apart`);
  }
  for (const [index, name] of target.value.entries()) {
    const part = parts[index];
    if (part) assign(name, part, scope);
  }
}

/** Number of pieces a filter splits a value into, each of which receives its arguments. */
function piecesOf(value: unknown, filter: string, [first]: readonly unknown[]): number {
  if (typeof value !== "string") return entries(value);
  if (filter === "indent") return value.split("\n").length;
  if (filter === "replace" && typeof first === "string") return value.split(first).length;
  return filter === "join" ? value.length : 0;
}

function lengthOf(argument: unknown): number {
  if (typeof argument === "string") return argument.length;
  return typeof argument === "number" ? argument : 0;
}
