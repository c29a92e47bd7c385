import { LuthierError } from "../../lib/errors";
import { ConfigReader } from "./config-reader";
import type { ModelSpec } from "../nn/model-spec";
import { bloom } from "./bloom";
import { gemma3 } from "./gemma3";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";
import { mistral } from "./mistral";
import { opt } from "./opt";
import { qwen2 } from "./qwen2";
import { qwen3 } from "./qwen3";
import { mt5, t5 } from "./t5";

/** Families by `model_type`; a new one is a file beside these and a line here. */
export const families = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma3_text: gemma3,
  gpt2,
  opt,
  bloom,
  t5,
  mt5,
} as const satisfies Readonly<Record<string, (config: ConfigReader) => ModelSpec>>;

type FamilyId = keyof typeof families;

/** Describes the model of a config.json. Errors: a family the studio does not have, a field that cannot be. */
export function describeModel(config: Readonly<Record<string, unknown>>): ModelSpec {
  const type = config.model_type;
  if (typeof type !== "string" || !Object.hasOwn(families, type)) {
    throw new LuthierError(
      "model",
      `config.json: model_type is ${JSON.stringify(type) ?? "missing"}, which Luthier cannot train yet.`,
      `It trains these: ${Object.keys(families).join(", ")}.`,
    );
  }
  return families[type as FamilyId](new ConfigReader(config));
}
