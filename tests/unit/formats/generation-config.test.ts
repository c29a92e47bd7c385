import { expect, test } from "vitest";
import { unreadGeneration } from "../../../src/formats/generation-config";
import { model } from "../../../src/ui/text/en/prepare";

const generation = {
  _from_model_config: true,
  bos_token_id: 1,
  eos_token_id: [2, 3],
  do_sample: true,
  temperature: 0.6,
  top_k: 50,
  top_p: 0.9,
  min_new_tokens: 5,
  suppress_tokens: [7, 8],
  bad_words_ids: null,
  forced_eos_token_id: false,
  decoder_start_token_id: 0,
  transformers_version: "4.51.0",
};

test("what answers do not follow is told, save what is at its default", () => {
  const told = unreadGeneration(generation, { pad_token_id: 0 });
  expect(told).toEqual([
    { key: "do_sample", value: "true" },
    { key: "temperature", value: "0.6" },
    { key: "top_p", value: "0.9" },
    { key: "min_new_tokens", value: "5" },
    { key: "suppress_tokens", value: "[7,8]" },
  ]);
  expect(unreadGeneration({ decoder_start_token_id: 4 }, { pad_token_id: 0 })).toHaveLength(1);
  expect(unreadGeneration(null, {})).toEqual([]);
});

test("the card of a model names them", () => {
  const entries = unreadGeneration({ temperature: 0.6, suppress_tokens: Array(40).fill(11) }, {});
  expect(model.unread({ config: ["residual_multiplier"], generation: entries })).toBe(
    "config.json: residual_multiplier; generation_config.json: temperature 0.6, suppress_tokens [11,11,11,11,11,11,11,11,11,11,11,11,11,…",
  );
  expect(model.unread({ config: [], generation: [] })).toBeNull();
});
