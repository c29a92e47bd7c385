import { expect, test } from "vitest";
import { eventFile } from "../../../src/export/runs/event-file";
import { runTable } from "../../../src/export/runs/run-table";

const details = {
  steps: [
    {
      step: 1,
      epoch: 0.5,
      loss: 2,
      learningRate: 1e-4,
      gradNorm: 1,
      supervisedTokens: 9,
      tokens: 20,
      activeMs: 7,
    },
    { step: 2, epoch: 1, loss: 1.5, learningRate: 5e-5, gradNorm: 0.5, supervisedTokens: 8 },
  ],
  validation: [
    { step: 0, loss: 3 },
    { step: 2, loss: 1.75 },
  ],
  samples: [],
  log: [],
};

test("the table has a line per step, and one for the initial validation", () => {
  expect(runTable(details).split("\r\n")).toEqual([
    "step,epoch,loss,validation_loss,learning_rate,grad_norm,supervised_tokens,tokens,active_ms",
    "0,,,3,,,,,",
    "1,0.5,2,,0.0001,1,9,20,7",
    "2,1,1.5,1.75,0.00005,0.5,8,,",
    "",
  ]);
});

test("an event file begins with the version record, with TensorFlow's checksums", () => {
  const file = eventFile({ startedAt: 0 }, { steps: [], validation: [] });
  // Written by tensorboard's EventFileWriter for file_version "brain.Event:2" at time 0 and step 0.
  const data = [
    0x09,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x10,
    0,
    0x1a,
    13,
    ...new TextEncoder().encode("brain.Event:2"),
  ];
  expect([...file.subarray(0, 8)]).toEqual([data.length, 0, 0, 0, 0, 0, 0, 0]);
  expect([...file.subarray(12, 12 + data.length)]).toEqual(data);
  expect(file.length).toBe(16 + data.length);
});
