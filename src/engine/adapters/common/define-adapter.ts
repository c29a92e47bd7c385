import type { Adapter } from "./method";

/** Defaults: no virtual tokens, and a file with the parameters as trained. */
const defaults = {
  promptLength: 0,
  prefixLength: 0,
  exportTensors: (trained) => trained,
  importTensors: (tensors) => tensors,
} satisfies Partial<Adapter>;

/** Completes an adapter with the {@link defaults}. */
export function defineAdapter(parts: Omit<Adapter, keyof typeof defaults> & Partial<Adapter>): Adapter {
  return { ...defaults, ...parts };
}
