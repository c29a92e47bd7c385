import { writeFileSync } from "node:fs";
import { type Architecture, architectures, type Fields } from "../../src/formats/gguf/architectures";
import {
  NAMED_TEMPLATE,
  NO_EFFECT,
  REFUSED,
  SAMPLING_NAMES,
  TOKENIZER_NO_EFFECT,
  TOKENIZER_REFUSED,
} from "../../src/formats/gguf/keys";
import { type GgufMetadata, MetadataReader } from "../../src/formats/gguf/metadata";
import { endTokenIds, tokenizerFiles } from "../../src/formats/gguf/tokenizer";
import { LuthierError } from "../../src/lib/errors";

/** Writes how GGUF metadata is treated, for check_gguf_keys.py: `node tests/run.mjs tests/oracle/gguf-keys.ts FILE`. */
export function main([file]: string[]): void {
  const used = readOfTokenizer();
  const all = {
    architectures: Object.fromEntries(
      Object.entries(architectures).map(([name, architecture]) => [name, listsOf(architecture)]),
    ),
    tokenizer: {
      used,
      noEffect: Object.values(TOKENIZER_NO_EFFECT)
        .flat()
        .filter((key) => !used.includes(key)),
      refused: Object.keys(TOKENIZER_REFUSED),
      template: NAMED_TEMPLATE.source,
    },
    sampling: Object.keys(SAMPLING_NAMES),
  };
  writeFileSync(String(file), JSON.stringify(all));
}

/** The keys of an architecture, without its prefix. */
function listsOf(architecture: Architecture): Record<string, string[]> {
  const used = new Set<string>();
  for (const scaling of [null, "none", "linear", "yarn", "longrope"]) record(architecture, scaling, used);
  const noEffect = [...Object.values(NO_EFFECT).flat(), ...(architecture.ignoredKeys ?? [])];
  return {
    used: [...used],
    noEffect: noEffect.filter((key) => !used.has(key)),
    refused: Object.keys(REFUSED).filter((key) => !used.has(key) && !noEffect.includes(key)),
  };
}

/** Notes the keys that an architecture asks for; values that it refuses end its questions early. */
function record(architecture: Architecture, scaling: string | null, used: Set<string>): void {
  const asked = <T>(value: T) => {
    return (key: string): T => {
      used.add(key);
      return value;
    };
  };
  const fields: Fields = {
    number: (key, fallback = 8) => asked(fallback)(key),
    text: asked(scaling),
    flag: asked(null),
    numberOrNumbers: asked(null),
    hasInLayers: () => false,
    refuse: (key) => new LuthierError({ code: "model/gguf-key", file: "", key, value: "" }),
    paddingId: null,
    vocabularySize: 8,
    isHeadTied: true,
    ropeDivisors: { short: [1], long: [1] },
  };
  try {
    architecture.config(fields);
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
  }
}

/** Keys that are asked for by any kind of tokenizer, without the prefix. */
function readOfTokenizer(): string[] {
  const used = new Set<string>();
  const prefix = "tokenizer.";
  for (const kind of ["gpt2", "llama", "t5"]) {
    const entries: GgufMetadata = new Map<string, never>(
      Object.entries({
        "tokenizer.ggml.model": kind,
        "tokenizer.ggml.tokens": ["a"],
        "tokenizer.ggml.token_type": [2],
        "tokenizer.ggml.scores": [0],
        "tokenizer.ggml.merges": [],
        "tokenizer.ggml.remove_extra_whitespaces": true,
      }) as [string, never][],
    );
    const reader = new MetadataReader(
      {
        has: (key: string) => used.add(key) && entries.has(key),
        get: (key: string) => used.add(key) && entries.get(key),
      } as unknown as GgufMetadata,
      "",
    );
    tokenizerFiles(reader);
    endTokenIds(reader);
  }
  return [...used].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}
