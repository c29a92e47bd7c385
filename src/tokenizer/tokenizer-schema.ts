import * as v from "valibot";
import { count, objectOf, recordOf } from "../lib/schema";

/** Schemas of the tokenizer keys read directly; transformers.js reads the rest. */

/** A decoder component: Strip, Metaspace, ByteLevel and others, or a sequence. */
const decoderKeys = {
  type: v.string(),
  content: v.nullish(v.string()),
  start: v.nullish(count),
  prepend_scheme: v.nullish(v.string()),
  add_prefix_space: v.nullish(v.boolean()),
};
const decoder = objectOf(decoderKeys);

export type TokenDecoder = v.InferOutput<typeof decoder>;

/** tokenizer.json. */
export const tokenizerJson = objectOf({
  model: objectOf({}),
  added_tokens: v.array(objectOf({ id: count, content: v.string() })),
  decoder: v.nullish(objectOf({ ...decoderKeys, decoders: v.nullish(v.array(decoder)) })),
});

export type TokenizerJson = v.InferOutput<typeof tokenizerJson>;

/** A special token as text, or an object with `content`. */
const tokenText = v.union([
  v.string(),
  v.pipe(
    objectOf({ content: v.string() }),
    v.transform(({ content }) => content),
  ),
]);
const specialToken = v.nullish(tokenText);

const tokenList = v.nullish(v.union([v.array(tokenText), recordOf(tokenText)]));

/** tokenizer_config.json merged with special_tokens_map.json. */
export const tokenizerConfig = objectOf({
  bos_token: specialToken,
  eos_token: specialToken,
  unk_token: specialToken,
  sep_token: specialToken,
  pad_token: specialToken,
  cls_token: specialToken,
  mask_token: specialToken,
  /** Further special tokens, in transformers 4's and 5's name, as a list or by name. */
  additional_special_tokens: tokenList,
  extra_special_tokens: tokenList,
  /** A template, or several by name; "default" is for chat. */
  chat_template: v.nullish(
    v.union([
      v.string(),
      v.array(objectOf({ name: v.string(), template: v.string() })),
      recordOf(v.string()),
    ]),
  ),
});

export type TokenizerConfig = v.InferOutput<typeof tokenizerConfig>;

const tokenId = v.pipe(v.number(), v.integer());

/** End tokens in generation_config.json and config.json. */
export const endTokens = objectOf({ eos_token_id: v.nullish(v.union([tokenId, v.array(tokenId)])) });
