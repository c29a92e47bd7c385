import { writeFileSync } from "node:fs";
import { LORA_INITS } from "../../src/engine/adapters/lora/lora-options";
import { methods } from "../../src/engine/adapters/registry";

/** Writes what each method does with the keys of PEFT's configuration class, and the starts that LoRA knows. */
export function main([file]: string[]): void {
  const keys = Object.entries(methods).flatMap(([id, { peftKeys }]) => (peftKeys ? [[id, peftKeys]] : []));
  writeFileSync(String(file), JSON.stringify({ methods: Object.fromEntries(keys), starts: LORA_INITS }));
}
