import type { Adapter } from "./method";

/** Defaults: no virtual tokens, and a file with the parameters as trained. */
const usual = {
  promptLength: 0,
  prefixLength: 0,
  exportTensors: (trained) => trained,
  importTensors: (tensors) => tensors,
} satisfies Partial<Adapter>;

/** Completes an adapter with the defaults of {@link usual}. */
export function defineAdapter(parts: Omit<Adapter, keyof typeof usual> & Partial<Adapter>): Adapter {
  return { ...usual, ...parts };
}
