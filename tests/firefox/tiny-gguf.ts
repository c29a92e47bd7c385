import { normal } from "../support/check-op";
import { type Entry, f32Data, type TensorToStore, writeGguf } from "../support/gguf-writer";
import { arbitraryBlocks } from "../support/stored-numbers";

/** Sizes of a llama model that loads and trains in a moment. */
const SIZES = { width: 64, inner: 96, heads: 4, kvHeads: 2, layers: 2, context: 256 } as const;
const VOCABULARY = 257;

/** GGUF tensor types, and elements per block. */
const Q4_0 = { type: 2, name: "Q4_0", elements: 32 } as const;
const Q8_0 = { type: 8, name: "Q8_0", elements: 32 } as const;

const CHAT =
  "{% for message in messages %}{{ message.content }}{% if message.role == 'assistant' %}<end>{% else %} {% endif %}{% endfor %}";

const u32 = (value: number): Entry => ({ type: "u32", value });
const text = (value: string): Entry => ({ type: "text", value });

/** A GGUF file of a llama model with random weights in Q4_0 and Q8_0, and one token per byte. */
export function tinyGguf(): Uint8Array {
  const { width, inner, heads, kvHeads, layers, context } = SIZES;
  const metadata: Record<string, Entry> = {
    "general.architecture": text("llama"),
    "llama.embedding_length": u32(width),
    "llama.block_count": u32(layers),
    "llama.feed_forward_length": u32(inner),
    "llama.context_length": u32(context),
    "llama.attention.head_count": u32(heads),
    "llama.attention.head_count_kv": u32(kvHeads),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("gpt-2"),
    "tokenizer.ggml.tokens": { type: "texts", value: ["<end>", ...byteTokens()] },
    "tokenizer.ggml.token_type": { type: "ints", value: [3, ...new Array<number>(256).fill(1)] },
    "tokenizer.ggml.merges": { type: "texts", value: [] },
    "tokenizer.ggml.eos_token_id": u32(0),
    "tokenizer.chat_template": text(CHAT),
  };
  const kvWidth = (width / heads) * kvHeads;
  const blocks = Array.from({ length: layers }, (_, layer) => [
    norm(`blk.${layer}.attn_norm`),
    matrix(`blk.${layer}.attn_q`, width, width, Q4_0),
    matrix(`blk.${layer}.attn_k`, kvWidth, width, Q4_0),
    matrix(`blk.${layer}.attn_v`, kvWidth, width, Q8_0),
    matrix(`blk.${layer}.attn_output`, width, width, Q4_0),
    norm(`blk.${layer}.ffn_norm`),
    matrix(`blk.${layer}.ffn_gate`, inner, width, Q4_0),
    matrix(`blk.${layer}.ffn_up`, inner, width, Q4_0),
    matrix(`blk.${layer}.ffn_down`, width, inner, Q8_0),
  ]);
  const tensors = [
    matrix("token_embd", VOCABULARY, width, Q8_0),
    ...blocks.flat(),
    norm("output_norm"),
    matrix("output", VOCABULARY, width, Q8_0),
  ];
  return writeGguf({ metadata: Object.entries(metadata), tensors });
}

function norm(name: string): TensorToStore {
  const data = f32Data(normal(SIZES.width, name.length, 0.1).map((value) => 1 + value));
  return { name: `${name}.weight`, type: 0, sizes: [SIZES.width], data };
}

function matrix(
  name: string,
  rows: number,
  columns: number,
  { type, name: kind, elements }: typeof Q4_0 | typeof Q8_0,
): TensorToStore {
  const data = arbitraryBlocks(kind, (rows * columns) / elements, rows + 31 * name.length);
  return { name: `${name}.weight`, type, sizes: [columns, rows], data };
}

/** Byte-level BPE's character for each byte: the byte itself if printable, else one from U+0100 on. */
function byteTokens(): string[] {
  const isShown = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let hidden = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isShown(byte) ? byte : 256 + hidden++),
  );
}
