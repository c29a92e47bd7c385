import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokenizerEntries } from "../../src/export/gguf/tokenizer-entries";
import type { TokenizerFiles } from "../../src/formats/tokenizer-files";
import { ggufEntry, ggufHeader } from "../../src/formats/gguf/writer";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";
import { openLlama } from "./llama";

const GOLDENS = "tests/golden/tokenizer";

/**
 * Writes the golden tokenizers for llama.cpp, lets it tokenize texts, and compares the ids with ours: `node
 * tests/run.mjs tests/oracle/check-gguf-tokenizers.ts DIR`.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: check-gguf-tokenizers.ts DIR");
  mkdirSync(directory, { recursive: true });
  const llama = await openLlama();
  let failures = 0;
  for (const name of readdirSync(GOLDENS)) {
    if (!existsSync(join(GOLDENS, name, "tokenizer.json"))) continue;
    const files = readFiles(join(GOLDENS, name));
    const tokenizer = loadTokenizer({ tokenizer: files });
    const { eosIds, vocabularySize } = tokenizer;
    const entries = tokenizerEntries({ files, rows: vocabularySize, addsStart: false, endIds: eosIds });
    if ("code" in entries) {
      console.log(`${name}: ${JSON.stringify(entries)}`);
      continue;
    }
    const path = join(directory, `${name}.gguf`);
    const model = [
      ggufEntry("general.architecture", { text: "llama" }),
      ggufEntry("llama.vocab_size", { u32: vocabularySize }),
      ggufEntry("llama.context_length", { u32: 64 }),
      ggufEntry("llama.embedding_length", { u32: 32 }),
      ggufEntry("llama.feed_forward_length", { u32: 32 }),
      ggufEntry("llama.block_count", { u32: 1 }),
      ggufEntry("llama.attention.head_count", { u32: 4 }),
      ggufEntry("llama.attention.layer_norm_rms_epsilon", { f32: 1e-5 }),
    ];
    writeFileSync(path, ggufHeader([...model, ...entries], []));
    const loaded = await llama.loadModel({ modelPath: path, vocabOnly: true });
    const golden = JSON.parse(readFileSync(join(GOLDENS, name, "golden.json"), "utf8")) as Golden;
    const chats = (golden.chats ?? []).flatMap(({ with_opening: text }) => (text ? [text] : []));
    // llama.cpp does not apply NFC normalisation as Qwen's tokenizer does.
    const isNormal = (text: string) => name !== "qwen" || text === text.normalize("NFC");
    const texts = [...golden.texts.map(({ text }) => text), ...chats].filter(isNormal);
    const wrong = texts.filter((text) => {
      const theirs = loaded.tokenize(text, true);
      const ours = tokenizer.encode(text, { addSpecialTokens: false });
      const same = JSON.stringify(theirs) === JSON.stringify(ours);
      if (!same) console.log(`  ${JSON.stringify(text)}\n    ${theirs.join(" ")}\n    ${ours.join(" ")}`);
      return !same;
    });
    console.log(`${name}: ${texts.length} texts, ${wrong.length} of them in other tokens`);
    failures += wrong.length;
    await loaded.dispose();
  }
  return failures > 0 ? 1 : 0;
}

interface Golden {
  readonly texts: readonly { readonly text: string }[];
  readonly chats?: readonly { readonly with_opening?: string }[];
}

function readFiles(folder: string): TokenizerFiles {
  const json = (name: string) =>
    JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, unknown>;
  const template = join(folder, "chat_template.jinja");
  return {
    tokenizer: json("tokenizer.json"),
    config: json("tokenizer_config.json"),
    chatTemplate: existsSync(template) ? readFileSync(template, "utf8") : null,
  };
}
