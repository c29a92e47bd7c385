import { expect, test } from "vitest";
import { model } from "../../../src/ui/text/en/prepare";
import { readGeneration } from "../../../src/worker/generation-config";

const generation = {
  _from_model_config: true,
  bos_token_id: 1,
  eos_token_id: [2, 3],
  do_sample: true,
  temperature: 0.6,
  top_p: 0.9,
  min_p: 0.05,
  min_new_tokens: 5,
  suppress_tokens: [7, 8],
  bad_words_ids: null,
  forced_eos_token_id: false,
  decoder_start_token_id: 0,
  transformers_version: "4.51.0",
};

test("each key is applied, offered to the form, without effect, or reported", () => {
  expect(readGeneration(generation, { pad_token_id: 0 })).toEqual({
    rules: { minNew: 5, suppressed: [7, 8] },
    // transformers' default of top_k is 50.
    ownSampling: { temperature: 0.6, topP: 0.9, topK: 50 },
    unread: [{ key: "min_p", value: "0.05" }],
  });
  expect(readGeneration({ decoder_start_token_id: 4 }, { pad_token_id: 0 }).unread).toHaveLength(1);
  expect(readGeneration(null, {})).toEqual({ rules: {}, ownSampling: null, unread: [] });
});

test("without do_sample the default is greedy decoding", () => {
  const { ownSampling, unread } = readGeneration({ temperature: 0.6, repetition_penalty: 1.1 }, {});
  expect(ownSampling).toEqual({ temperature: 0, repetitionPenalty: 1.1 });
  expect(unread).toEqual([{ key: "temperature", value: "0.6" }]);
  expect(readGeneration({ repetition_penalty: 1, do_sample: false }, {}).ownSampling).toBeNull();
});

test("token 0 can be forced", () => {
  expect(readGeneration({ forced_bos_token_id: 0 }, {}).rules).toEqual({ forcedFirst: 0 });
});

test("an entry that transformers does not accept is reported", () => {
  const wrong = {
    suppress_tokens: "7",
    min_new_tokens: -1,
    bad_words_ids: [[]],
    top_k: "many",
    do_sample: true,
  };
  const { rules, unread } = readGeneration(wrong, {});
  expect(rules).toEqual({});
  expect(unread.map(({ key }) => key)).toEqual([
    "suppress_tokens",
    "min_new_tokens",
    "bad_words_ids",
    "top_k",
  ]);
});

test("a model's card lists what is reported", () => {
  const { unread } = readGeneration({ stop_strings: ["\n"], force_words_ids: Array(40).fill(11) }, {});
  expect(model.unread({ config: ["residual_multiplier"], generation: unread })).toBe(
    'config.json: residual_multiplier; generation_config.json: stop_strings ["\\n"], force_words_ids [11,11,11,11,11,11,11,11,11,11,11,11,11,…',
  );
  expect(model.unread({ config: [], generation: [] })).toBeNull();
});
