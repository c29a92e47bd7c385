import { writeFileSync } from "node:fs";
import { generationKeys } from "../../src/worker/generation-config";
import { families } from "../../src/engine/models/registry";

/** Writes how each family treats the keys of its configuration class, and how generation settings are treated. */
export function main([file]: string[]): void {
  const keys = Object.entries(families).map(([family, { keys }]) => [family, keys]);
  const all = { families: Object.fromEntries(keys), generation: generationKeys };
  writeFileSync(String(file), JSON.stringify(all));
}
