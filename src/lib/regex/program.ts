import { type CharSet, RegexError, type RegexNode } from "./syntax";

/** An instruction of a matcher. Targets are instruction indices. */
export type Instruction =
  | { readonly op: "char"; readonly set: CharSet; readonly isBackward: boolean }
  /** Continues at `first`, or at `second` if that fails. */
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "place"; readonly node: Extract<RegexNode, { kind: "place" }> }
  /** Tests whether the subprogram after it matches here, and continues at `then`. */
  | { readonly op: "look"; readonly isNegated: boolean; then: number }
  /** Consumes the first match of the subprogram after it, and continues at `then`. */
  | { readonly op: "atomic"; then: number }
  | { readonly op: "match" };

/** A compiled expression. */
export interface RegexProgram {
  readonly steps: readonly Instruction[];
  /** For each instruction its number among those reached from several places, or -1. */
  readonly slots: Int32Array;
  readonly slotCount: number;
}

/** Limit on instructions: quantifiers are expanded, and no legitimate expression needs more. */
const MAX_STEPS = 20_000;

/** @throws RegexError if the expression is too large with its quantifiers expanded */
export function compileProgram(root: RegexNode): RegexProgram {
  const compiler = new Compiler();
  compiler.emit(root, false);
  compiler.add({ op: "match" });
  return { steps: compiler.steps, ...numberSlots(compiler.steps) };
}

/** Emits the instructions of nodes; lookbehinds are emitted backwards. */
class Compiler {
  readonly steps: Instruction[] = [];

  add<Step extends Instruction>(step: Step): Step {
    if (this.steps.length >= MAX_STEPS) throw RegexError.overBudget();
    this.steps.push(step);
    return step;
  }

  emit(node: RegexNode, isBackward: boolean): void {
    switch (node.kind) {
      case "char":
        this.add({ op: "char", set: node.set, isBackward });
        return;
      case "place":
        this.add({ op: "place", node });
        return;
      case "sequence":
        for (const part of isBackward ? node.nodes.toReversed() : node.nodes) this.emit(part, isBackward);
        return;
      case "choice":
        this.emitChoice(node.nodes, isBackward);
        return;
      case "repeat":
        this.emitRepeat(node, isBackward);
        return;
      case "look":
        this.emitSearch({ op: "look", isNegated: node.isNegated, then: 0 }, node.node, !node.isAhead);
        return;
      case "atomic":
        this.emitSearch({ op: "atomic", then: 0 }, node.node, isBackward);
    }
  }

  /** A subprogram that ends with its own match. */
  private emitSearch(
    step: Extract<Instruction, { op: "look" | "atomic" }>,
    node: RegexNode,
    isBackward: boolean,
  ): void {
    this.add(step);
    this.emit(node, isBackward);
    this.add({ op: "match" });
    step.then = this.steps.length;
  }

  private emitChoice(nodes: readonly RegexNode[], isBackward: boolean): void {
    const { steps } = this;
    const ends: { to: number }[] = [];
    for (const [index, node] of nodes.entries()) {
      if (index === nodes.length - 1) {
        this.emit(node, isBackward);
        break;
      }
      const split = this.add({ op: "split", first: steps.length + 1, second: 0 });
      this.emit(node, isBackward);
      ends.push(this.add({ op: "jump", to: 0 }));
      split.second = steps.length;
    }
    for (const end of ends) end.to = steps.length;
  }

  private emitRepeat(
    { node, min, max, isGreedy }: Extract<RegexNode, { kind: "repeat" }>,
    isBackward: boolean,
  ): void {
    const { steps } = this;
    const start = steps.length;
    for (let times = 0; times < min; times++) {
      this.emit(node, isBackward);
      // Repeating an empty match is still empty.
      if (steps.length === start) return;
    }
    const optional = max === Infinity ? 1 : max - min;
    const splits: { first: number; second: number }[] = [];
    for (let times = 0; times < optional; times++) {
      const split = this.add({ op: "split", first: 0, second: 0 });
      const body = steps.length;
      if (isGreedy) split.first = body;
      else split.second = body;
      splits.push(split);
      this.emit(node, isBackward);
      if (max === Infinity) this.add({ op: "jump", to: body - 1 });
      else if (steps.length === body) break;
    }
    for (const split of splits) {
      if (isGreedy) split.second = steps.length;
      else split.first = steps.length;
    }
  }
}

/** Instructions with several predecessors: where paths join, a matcher remembers its visits. */
function numberSlots(steps: readonly Instruction[]): Pick<RegexProgram, "slots" | "slotCount"> {
  const ways = new Int32Array(steps.length + 1);
  const lead = (to: number, count = 1): void => {
    ways[to] = (ways[to] ?? 0) + count;
  };
  for (const [at, step] of steps.entries()) {
    if (step.op === "split") {
      lead(step.first);
      lead(step.second);
    } else if (step.op === "jump") lead(step.to);
    else if (step.op === "look" || step.op === "atomic") {
      // Each is a separate search, done once per position.
      lead(at, 2);
      lead(at + 1);
      lead(step.then);
    } else if (step.op !== "match") lead(at + 1);
  }
  const slots = new Int32Array(steps.length).fill(-1);
  let slotCount = 0;
  for (let at = 0; at < steps.length; at++) if ((ways[at] ?? 0) > 1) slots[at] = slotCount++;
  return { slots, slotCount };
}
