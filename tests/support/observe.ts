import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { MethodId } from "../../src/shared/methods";

/** Observation kinds and their values. */
export interface Facts {
  /** Relative distance between the untrained adapter's logits and the base model's; null if virtual tokens add logits. */
  readonly start: number | null;
  /** Whether training changed all of the method's own parameters and nothing of the base model. */
  readonly "own parameters": boolean;
  /** Relative distance between logits before and after saving and loading. */
  readonly "saved and loaded": number;
  /** Relative distance of the merged model's logits, or null if the method does not merge. */
  readonly merged: number | null;
  /** A storage kind on which it started correctly. */
  readonly storage: string;
  /** Reason for refusal. */
  readonly refused: string;
  /** A model type on which it matched its reference over ten steps. */
  readonly trained: string;
  /** A library that loaded its export and reproduced our logits. */
  readonly "loaded by": string;
}

/** An observation of a method under given options on a given model. */
export type Observation = {
  [Fact in keyof Facts]: {
    readonly method: MethodId;
    readonly model: string;
    readonly fact: Fact;
    readonly value: Facts[Fact];
  };
}[keyof Facts];

/**
 * Records an observation after its check has passed, if LUTHIER_OBSERVATIONS names a folder; `npm run
 * table:capabilities` builds its table from it.
 */
export function observe(observation: Observation): void {
  const folder = process.env.LUTHIER_OBSERVATIONS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(observation)}\n`);
}
