import { writeFileSync } from "node:fs";
import { families } from "../../src/engine/models/registry";

/** Writes what each family does with the keys of its configuration class. */
export function main([file]: string[]): void {
  const keys = Object.entries(families).map(([family, { keys }]) => [family, keys]);
  writeFileSync(String(file), JSON.stringify(Object.fromEntries(keys)));
}
