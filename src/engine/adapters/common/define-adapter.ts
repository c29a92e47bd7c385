import type { Adapter } from "./method";

/** What most adapters have alike: no virtual tokens, and a file that holds the parameters as they train. */
const usual = {
  promptLength: 0,
  prefixLength: 0,
  exportTensors: (trained) => trained,
  importTensors: (tensors) => tensors,
} satisfies Partial<Adapter>;

/** An adapter from what sets it apart from {@link usual} ones. */
export function defineAdapter(parts: Omit<Adapter, keyof typeof usual> & Partial<Adapter>): Adapter {
  return { ...usual, ...parts };
}
