import { LuthierError } from "../../lib/errors";
import type { ModelSpec } from "../nn/model-spec";
import { defineFamily, type Family } from "./config/family";
import { choice, flag, objectOrNull, readFields } from "./config/fields";
import { gemma3 } from "./gemma3";

const KEY = "text_config";
const [PATH, OWN_PATH] = ["model.language_model.", "model."];

const wrapper = defineFamily({
  className: "Gemma3Config",
  used: { [KEY]: objectOrNull(), tie_word_embeddings: flag(true) },
  aliases: {
    image_token_id: "image_token_index",
    boi_token_id: "boi_token_index",
    eoi_token_id: "eoi_token_index",
  },
  dropout: {},
  noEffect: {
    pictures: [
      "vision_config",
      "mm_tokens_per_image",
      "image_token_index",
      "boi_token_index",
      "eoi_token_index",
    ],
  },
  describe({ text_config: text, tie_word_embeddings: tied }): ModelSpec {
    readFields({ model_type: choice(["gemma3_text"], "gemma3_text") }, text ?? {}, `${KEY}.`);
    const own = describeText(text ?? {});
    return {
      ...moved(own),
      family: "gemma3",
      head: { ...own.head, tied },
      earlierPaths: [
        ["language_model.model.", PATH],
        ["language_model.lm_head.", "lm_head."],
        ["vision_tower.", "model.vision_tower."],
        ["multi_modal_projector.", "model.multi_modal_projector."],
      ],
      textPart: {
        configKey: KEY,
        path: PATH,
        ownPath: OWN_PATH,
        modelType: "gemma3_text",
        architecture: "Gemma3ForCausalLM",
        otherPaths: ["model.vision_tower.", "model.multi_modal_projector."],
      },
    };
  },
});

/** Here transformers builds masks for the types that layers have, so that sliding_window may be null without any. */
function describeText(text: Readonly<Record<string, unknown>>): ModelSpec {
  if (text.sliding_window !== null) return gemma3.describe(text);
  const own = gemma3.describe({ ...text, sliding_window: 1 });
  if (own.blocks.some(({ attention }) => attention.window !== undefined))
    throw new LuthierError({ code: "model/no-window" });
  return own;
}

/**
 * Multimodal Gemma 3, from 4B (transformers `Gemma3ForConditionalGeneration`): the language model of the smaller ones,
 * with its config and modules nested.
 */
export const gemma3WithPictures: Family = { ...wrapper, inner: { key: KEY, family: gemma3 } };

/** Prefixes all module paths of a specification. */
function moved<T>(part: T): T {
  if (typeof part === "string")
    return (part.startsWith(OWN_PATH) ? PATH + part.slice(OWN_PATH.length) : part) as T;
  if (Array.isArray(part)) return part.map((each: unknown) => moved(each)) as T;
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, moved(value as unknown)])) as T;
}
