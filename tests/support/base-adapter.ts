import { noAdapter } from "../../src/engine/nn/hooks";
import type { Adapter } from "../../src/engine/adapters/common/method";

/** A no-op adapter for functions that require one. */
export const baseAdapter: Adapter = {
  parameters: [],
  promptLength: 0,
  prefixLength: 0,
  hooks: () => noAdapter,
  config: {},
  exportTensors: (parameters) => parameters,
  importTensors: (parameters) => parameters,
};
