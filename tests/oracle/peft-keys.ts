import { writeFileSync } from "node:fs";
import { LORA_INITS } from "../../src/engine/adapters/lora/lora-options";
import { methods } from "../../src/engine/adapters/registry";

/** Writes how each method treats the keys of PEFT's configuration class, and the known values of init_lora_weights. */
export function main([file]: string[]): void {
  const keys = Object.entries(methods).flatMap(([id, { peftKeys }]) => (peftKeys ? [[id, peftKeys]] : []));
  writeFileSync(
    String(file),
    JSON.stringify({ methods: Object.fromEntries(keys), starts: Object.keys(LORA_INITS) }),
  );
}
