import { expect, test } from "vitest";
import { describeModel } from "../../../src/engine/models/registry";
import { batchInputs, NO_INDEX, type TrainingBatch } from "../../../src/engine/train/batch-inputs";
import { readJson } from "../../support/golden";

const spec = describeModel({
  ...readJson<Record<string, unknown>>("t5", "config.json"),
  decoder_start_token_id: 9,
});

/** A prompt of three tokens with an answer of two, one of two with an answer of three, and an empty row. */
const batch: TrainingBatch = {
  rows: 3,
  length: 6,
  ids: Uint32Array.from([11, 12, 13, 21, 22, 0, 14, 15, 23, 24, 25, 0, 0, 0, 0, 0, 0, 0]),
  supervised: Uint8Array.from([0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
  segments: [[{ start: 0, length: 5 }], [{ start: 0, length: 5 }], []],
};
const shape = { rows: 3, length: 6, labels: 6, pair: { source: 4, target: 3 } };

test("the encoder gets the prompts, and the decoder the answers behind the start token", () => {
  const inputs = batchInputs(batch, shape, { promptLength: 0, prefixLength: 0 }, spec);
  expect([...inputs.encoder_ids!]).toEqual([11, 12, 13, 0, 14, 15, 0, 0, 0, 0, 0, 0]);
  expect([...inputs.encoder_key_end!]).toEqual([3, 3, 3, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
  expect([...inputs.input_ids!]).toEqual([9, 21, 0, 9, 23, 24, 0, 0, 0]);
  expect([...inputs.key_end!]).toEqual([1, 2, 0, 1, 2, 3, 0, 0, 0]);
  expect([...inputs.cross_key_end!]).toEqual([3, 3, 0, 2, 2, 2, 0, 0, 0]);
  expect([...inputs.labels!]).toEqual([21, 22, 23, 24, 25, NO_INDEX]);
  expect([...inputs.label_rows!]).toEqual([0, 1, 3, 4, 5, NO_INDEX]);
});

test("virtual tokens stand in front of prompts, a prefix in front of answers", () => {
  const prompted = batchInputs(batch, shape, { promptLength: 2, prefixLength: 0 }, spec);
  expect([...prompted.encoder_key_end!.slice(0, 6)]).toEqual([5, 5, 5, 5, 5, 0]);
  expect([...prompted.cross_key_end!.slice(0, 3)]).toEqual([5, 5, 0]);
  expect([...prompted.label_rows!.slice(0, 3)]).toEqual([0, 1, 3]);
  const prefixed = batchInputs(batch, shape, { promptLength: 0, prefixLength: 2 }, spec);
  expect([...prefixed.key_start!.slice(0, 2)]).toEqual([2, 2]);
  expect([...prefixed.key_end!.slice(0, 3)]).toEqual([3, 4, 0]);
  expect([...prefixed.cross_key_end!.slice(0, 3)]).toEqual([3, 3, 0]);
});

test("where a shape does not say, prompts and answers may be as long as a row", () => {
  const { pair: _, ...plain } = shape;
  const inputs = batchInputs(batch, plain, { promptLength: 0, prefixLength: 0 }, spec);
  expect([inputs.encoder_ids!.length, inputs.input_ids!.length]).toEqual([18, 18]);
});
