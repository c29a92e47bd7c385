import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { goldenFiles, type Style } from "./goldens";

/** Contents of tests/oracle/tokenizer_variants.py: modified entries with Python's results. */
interface Variants {
  readonly variants: readonly {
    readonly name: string;
    readonly style: Style;
    readonly tokenizer?: Record<string, unknown>;
    readonly model?: Record<string, unknown>;
    readonly added?: readonly unknown[];
    readonly config?: Record<string, unknown>;
    readonly texts: readonly {
      readonly text: string;
      readonly ids: number[];
      readonly ids_with_special: number[];
    }[];
  }[];
}

const { variants } = JSON.parse(
  readFileSync(new URL("../../golden/tokenizer/variants.json", import.meta.url), "utf8"),
) as Variants;

describe.each(variants)("a tokenizer with $name, against Python", ({ style, texts, ...changes }) => {
  const files = goldenFiles(style);
  const replaced: Record<string, unknown> = { ...files.tokenizer, ...changes.tokenizer };
  const tokenizer = loadTokenizer({
    tokenizer: {
      ...files,
      tokenizer: {
        ...replaced,
        model: { ...(replaced.model as object), ...changes.model },
        added_tokens: [...(replaced.added_tokens as unknown[]), ...(changes.added ?? [])],
      },
      config: { ...files.config, ...changes.config },
    },
  });

  it.each(texts)("encodes $text", ({ text, ids, ids_with_special: full }) => {
    expect(tokenizer.encode(text, { addSpecialTokens: false })).toEqual(ids);
    expect(tokenizer.encode(text, { addSpecialTokens: true })).toEqual(full);
  });
});
