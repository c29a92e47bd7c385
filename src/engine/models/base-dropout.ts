import * as v from "valibot";
import { parseAs } from "../../lib/schema";
import type { BaseDropout } from "../nn/base-dropout";

type Config = Readonly<Record<string, unknown>>;

const NONE: BaseDropout = { embedding: 0, residual: 0, inner: 0, final: 0, attention: 0 };

/** What a key of config.json says, with the default of transformers. */
function share(config: Config, key: string, fallback: number): number {
  const entry = v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), fallback);
  return parseAs(v.object({ [key]: entry }), config, { file: "config.json" })[key] ?? fallback;
}

const families: Readonly<Record<string, (config: Config) => BaseDropout>> = {
  gpt2: (config) => ({
    ...NONE,
    embedding: share(config, "embd_pdrop", 0.1),
    residual: share(config, "resid_pdrop", 0.1),
    attention: share(config, "attn_pdrop", 0.1),
  }),
  opt: (config) => ({
    ...NONE,
    residual: share(config, "dropout", 0.1),
    attention: share(config, "attention_dropout", 0),
  }),
  bloom: (config) => ({
    ...NONE,
    residual: share(config, "hidden_dropout", 0),
    attention: share(config, "attention_dropout", 0),
  }),
  t5: everywhere,
  mt5: everywhere,
};

/** T5 has one share for all places. */
function everywhere(config: Config): BaseDropout {
  const rate = share(config, "dropout_rate", 0.1);
  return { embedding: rate, residual: rate, inner: rate, final: rate, attention: rate };
}

/** What transformers drops within a model of that config.json while it trains; relatives of Llama drop in attention alone. */
export function describeDropout(family: string, config: Config): BaseDropout {
  return families[family]?.(config) ?? { ...NONE, attention: share(config, "attention_dropout", 0) };
}
