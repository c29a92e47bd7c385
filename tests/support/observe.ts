import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { MethodId } from "../../src/shared/methods";

/** What a check saw, each with the value it is about. */
export interface Facts {
  /** Relative distance of the untrained model's logits from the base's; null where there are more of them. */
  readonly start: number | null;
  /** Whether training moved the method's own parameters, all of them, and nothing of the base. */
  readonly "own parameters": boolean;
  /** Relative distance of the logits after saving and loading again. */
  readonly "saved and loaded": number;
  /** Relative distance of the merged model's logits, or null where nothing merges. */
  readonly merged: number | null;
  /** A kind of stored weights on which it started as it should. */
  readonly storage: string;
  /** Why it was refused. */
  readonly refused: string;
  /** A type of model on which it equalled its reference over ten steps. */
  readonly trained: string;
  /** What else has loaded its export and computed our logits. */
  readonly "loaded by": string;
}

/** One thing that a check saw of a method, under some options, on some model. */
export type Observation = {
  [Fact in keyof Facts]: {
    readonly method: MethodId;
    readonly model: string;
    readonly fact: Fact;
    readonly value: Facts[Fact];
  };
}[keyof Facts];

/**
 * Writes down what a check has seen, once it has passed, where the environment's LUTHIER_OBSERVATIONS names a folder;
 * `npm run table:capabilities` makes its table of it.
 */
export function observe(observation: Observation): void {
  const folder = process.env.LUTHIER_OBSERVATIONS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(observation)}\n`);
}
