import { writeFileSync } from "node:fs";
import { CONFIG_KEYS, PARTS } from "../../src/tokenizer/part-keys";

/** Writes how tokenizer files are treated, for check_tokenizer_keys.py: `node tests/run.mjs tests/oracle/tokenizer-keys.ts FILE`. */
export function main([file]: string[]): void {
  writeFileSync(String(file), JSON.stringify({ parts: PARTS, config: CONFIG_KEYS }));
}
