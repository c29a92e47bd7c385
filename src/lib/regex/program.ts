import { type CharSet, RegexError, type RegexNode } from "./syntax";

/** One step of a matcher. Places in the program are indices of instructions. */
export type Instruction =
  | { readonly op: "char"; readonly set: CharSet; readonly isBackward: boolean }
  /** Goes on at `first`, and at `second` if that leads nowhere. */
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "place"; readonly node: Extract<RegexNode, { kind: "place" }> }
  /** Asks whether the part behind it matches here, and goes on at `then`. */
  | { readonly op: "look"; readonly isNegated: boolean; then: number }
  /** Takes the first match of the part behind it, and goes on at `then`. */
  | { readonly op: "atomic"; then: number }
  | { readonly op: "match" };

/** An expression as steps. */
export interface RegexProgram {
  readonly steps: readonly Instruction[];
  /** For each step its number among those that are reached on several ways, or -1. */
  readonly slots: Int32Array;
  readonly slotCount: number;
}

/** Repeats are written out; what takes more steps than this is no expression that anybody wrote. */
const MAX_STEPS = 20_000;

/** @throws RegexError when the expression, its repeats written out, is too large */
export function compileProgram(root: RegexNode): RegexProgram {
  const steps: Instruction[] = [];
  const add = <Step extends Instruction>(step: Step): Step => {
    if (steps.length >= MAX_STEPS) throw RegexError.overBudget();
    steps.push(step);
    return step;
  };

  function emit(node: RegexNode, isBackward: boolean): void {
    switch (node.kind) {
      case "char":
        add({ op: "char", set: node.set, isBackward });
        return;
      case "place":
        add({ op: "place", node });
        return;
      case "sequence":
        for (const part of isBackward ? node.nodes.toReversed() : node.nodes) emit(part, isBackward);
        return;
      case "choice":
        emitChoice(node.nodes, isBackward);
        return;
      case "repeat":
        emitRepeat(node, isBackward);
        return;
      case "look":
      case "atomic": {
        const step = add(
          node.kind === "atomic"
            ? { op: "atomic", then: 0 }
            : { op: "look", isNegated: node.isNegated, then: 0 },
        );
        emit(node.node, node.kind === "atomic" ? isBackward : !node.isAhead);
        add({ op: "match" });
        step.then = steps.length;
      }
    }
  }

  function emitChoice(nodes: readonly RegexNode[], isBackward: boolean): void {
    const ends: { to: number }[] = [];
    for (const [index, node] of nodes.entries()) {
      if (index === nodes.length - 1) {
        emit(node, isBackward);
        break;
      }
      const split = add({ op: "split", first: steps.length + 1, second: 0 });
      emit(node, isBackward);
      ends.push(add({ op: "jump", to: 0 }));
      split.second = steps.length;
    }
    for (const end of ends) end.to = steps.length;
  }

  function emitRepeat(
    { node, min, max, isGreedy }: Extract<RegexNode, { kind: "repeat" }>,
    isBackward: boolean,
  ): void {
    const start = steps.length;
    for (let times = 0; times < min; times++) {
      emit(node, isBackward);
      // Nothing, however often, is nothing.
      if (steps.length === start) return;
    }
    const optional = max === Infinity ? 1 : max - min;
    const splits: { first: number; second: number }[] = [];
    for (let times = 0; times < optional; times++) {
      const split = add({ op: "split", first: 0, second: 0 });
      const body = steps.length;
      if (isGreedy) split.first = body;
      else split.second = body;
      splits.push(split);
      emit(node, isBackward);
      if (max === Infinity) add({ op: "jump", to: body - 1 });
      else if (steps.length === body) break;
    }
    for (const split of splits) {
      if (isGreedy) split.second = steps.length;
      else split.first = steps.length;
    }
  }

  emit(root, false);
  add({ op: "match" });
  return { steps, ...numberSlots(steps) };
}

/** Steps that several others lead to: where ways meet again, a matcher remembers that it has been there. */
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
      // Each is a search of its own, and done once for a place.
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
