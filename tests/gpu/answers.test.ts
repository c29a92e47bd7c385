import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import { loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import type { CommandArgs } from "../../src/protocol/commands";
import type { Events } from "../../src/protocol/events";
import { defaultGeneration } from "../../src/shared/generation";
import { loadTokenizer, type Tokenizer } from "../../src/tokenizer/tokenizer";
import type { ActiveModel, GpuContext } from "../../src/worker/active";
import { answerJob } from "../../src/worker/jobs/answer";
import { answerOddsJob } from "../../src/worker/jobs/answer-odds";
import { Session } from "../../src/worker/session";
import { readJson } from "../support/golden";
import { openTestGpu } from "../support/gpu";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** The built-in model asked through the worker's jobs. */

const FOLDER = "public/models/spruce";

/** The model's generation_config.json. */
let generation: Readonly<Record<string, unknown>> | null = null;
let gpu: Gpu;
let session: Session;
let tokenizer: Tokenizer;
let told: Events["answer"][] = [];
beforeAll(async () => {
  gpu = await openTestGpu();
  const files = readdirSync(FOLDER).map((file) => bytesSource(file, readFileSync(`${FOLDER}/${file}`)));
  const folder = await openModelFolder(files);
  tokenizer = loadTokenizer(folder);
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const tools = { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) };
  const engine = await loadModel(folder.config, tensors, tools);
  session = new Session((name, payload) => {
    if (name === "answer") told.push(payload as Events["answer"]);
  });
  vi.spyOn(session, "gpu").mockResolvedValue(tools as unknown as GpuContext);
  const own = {
    ...folder,
    get generationConfig() {
      return generation;
    },
  };
  session.setModel({ engine, tokenizer, folder: own, origin: null } as unknown as ActiveModel);
});
afterAll(() => {
  session.setModel(null);
  gpu.close();
});
beforeEach(() => {
  told = [];
});

const { question, answer } = readJson<{ question: string; answer: string }>("spruce", "builtin.json");
const asked = {
  adapterId: null,
  merged: false,
  row: null,
  messages: [{ role: "user", content: question }],
} as const;
const context = {
  signal: new AbortController().signal,
  report: () => undefined,
  admit: () => () => Promise.resolve(),
};

async function ask(args: Partial<CommandArgs<"generate">[0]>): Promise<Events["answer"]> {
  const ends = { stop: [], loops: true };
  const questions = [{ column: 0, ...asked }];
  const template = { templateId: "chat" } as const;
  const job = answerJob(session, {
    requestId: "1",
    questions,
    template,
    options: defaultGeneration,
    ends,
    ...args,
  });
  await job.run(context);
  return told.at(-1)!;
}

test("ends an answer right before a stop sequence and never shows part of one", async () => {
  expect(await ask({})).toMatchObject({ text: answer, finish: "end-token" });
  const words = answer.split(" ");
  const stop = words.slice(2, 4).join(" ");
  told = [];
  const last = await ask({ ends: { stop: [stop], loops: true } });
  const cut = answer.slice(0, answer.indexOf(stop));
  expect(last).toMatchObject({ text: cut, finish: "stop-sequence" });
  for (const { text } of told) expect(cut.startsWith(text), text).toBe(true);
});

test("ends an answer that repeats itself", async () => {
  const options = { ...defaultGeneration, maxNewTokens: 300 };
  // A token that the model can hardly avoid.
  const [word] = tokenizer.encode(" mice", { addSpecialTokens: false }).slice(-1);
  generation = { sequence_bias: [[[word], 1000]] };
  const { finish, ids, text } = await ask({ options });
  generation = null;
  expect(finish, text).toBe("repeats");
  expect(ids.length).toBeLessThan(300);
});

test("a greedy answer's tokens are the most likely at their positions", async () => {
  const { ids } = await ask({});
  const job = answerOddsJob(session, {
    questions: [asked, asked],
    answers: [ids, []],
    template: { templateId: "chat" },
  });
  const [odds, none] = await job.run(context);
  expect(none).toEqual([]);
  expect(odds?.map(({ id }) => id)).toEqual(ids);
  expect(
    odds
      ?.map(({ text }) => text)
      .join("")
      .trim(),
  ).toBe(answer);
  for (const { id, probability, likeliest } of odds ?? []) {
    expect(likeliest[0]?.id).toBe(id);
    expect(likeliest[0]?.probability).toBe(probability);
    expect(probability).toBeLessThanOrEqual(1);
  }
});
