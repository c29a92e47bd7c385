import { writeFileSync } from "node:fs";
import {
  DEFAULTS,
  FOLLOWED_KEYS,
  NO_EFFECT_KEYS,
  RULE_KEYS,
  SAMPLING_KEYS,
} from "../../src/worker/generation-keys";
import { families } from "../../src/engine/models/registry";

/** Writes how each family treats the keys of its configuration class, and how generation settings are treated. */
export function main([file]: string[]): void {
  const keys = Object.entries(families).map(([family, { keys }]) => [family, keys]);
  const generation = {
    used: [...FOLLOWED_KEYS],
    noEffect: [...NO_EFFECT_KEYS],
    rules: Object.keys(RULE_KEYS),
    offered: ["do_sample", ...Object.keys(SAMPLING_KEYS)],
    defaults: DEFAULTS,
  };
  const all = { families: Object.fromEntries(keys), generation };
  writeFileSync(String(file), JSON.stringify(all));
}
