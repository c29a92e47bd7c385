import { existsSync, readFileSync } from "node:fs";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import type { TokenizerFiles } from "../../../src/formats/tokenizer-files";
import type { ChatMessage } from "../../../src/shared/generation";

/** Tokenizer styles that tests/oracle/make_tokenizer_goldens.py trains. */
export const STYLES = ["gpt2", "chatml", "qwen", "llama3", "llama2", "t5"] as const;
export type Style = (typeof STYLES)[number];

/** The results of Python's tokenizers and transformers for the same files. */
export interface TokenizerGolden {
  readonly vocabulary_size: number;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number;
  readonly special_ids: readonly number[];
  readonly texts: readonly {
    readonly text: string;
    readonly ids: number[];
    readonly ids_with_special: number[];
    readonly decoded: string;
    readonly decoded_plain: string;
  }[];
  readonly chats: readonly {
    readonly messages: ChatMessage[];
    readonly with_opening: string;
    readonly without_opening: string;
    readonly ids: number[];
  }[];
}

const root = new URL("../../golden/tokenizer/", import.meta.url);

/** The tokenizer's files, as from a model folder. */
export function goldenFiles(style: Style): TokenizerFiles {
  const at = (name: string): URL => new URL(`${style}/${name}`, root);
  const template = at("chat_template.jinja");
  return {
    tokenizer: JSON.parse(readFileSync(at("tokenizer.json"), "utf8")) as Record<string, unknown>,
    config: JSON.parse(readFileSync(at("tokenizer_config.json"), "utf8")) as Record<string, unknown>,
    chatTemplate: existsSync(template) ? readFileSync(template, "utf8") : null,
  };
}

export function goldenTokenizer(style: Style): Tokenizer {
  return loadTokenizer({ tokenizer: goldenFiles(style) });
}

export function golden(style: Style): TokenizerGolden {
  return JSON.parse(readFileSync(new URL(`${style}/golden.json`, root), "utf8")) as TokenizerGolden;
}
