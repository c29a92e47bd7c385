import { beforeEach, describe, expect, it, test } from "vitest";
import { cancelled, LuthierError } from "../../../src/lib/errors";
import type { Events } from "../../../src/protocol/events";
import type { JobKind } from "../../../src/protocol/jobs";
import { type JobContext, JobOwner } from "../../../src/worker/jobs/owner";

const gpuUsers: readonly JobKind[] = [
  ...(["load-model", "delete-model", "train", "measure"] as const),
  ...(["answer", "answer-files", "evaluate", "try-onnx"] as const),
];
const adapterEditors: readonly JobKind[] = ["import-adapter", "edit-library"];
const datasetEditors: readonly JobKind[] = ["import-dataset", "delete-dataset", "edit-dataset"];
const networkUsers: readonly JobKind[] = ["look-up", "download", "fetch-dataset", "push"];
const fileMakers: readonly JobKind[] = ["export", "push"];

/** What cannot start while a job of a kind is running, listed independently of the implementation. */
const exclusions: Readonly<Record<JobKind, readonly JobKind[]>> = {
  "load-model": [...gpuUsers, ...fileMakers, ...adapterEditors],
  "delete-model": [...gpuUsers, ...fileMakers, ...adapterEditors],
  train: [...gpuUsers, ...fileMakers, ...adapterEditors, ...datasetEditors],
  measure: [...gpuUsers, ...adapterEditors, ...datasetEditors],
  answer: [...gpuUsers, ...adapterEditors],
  "answer-files": [...gpuUsers, ...adapterEditors],
  evaluate: [...gpuUsers, ...adapterEditors, ...datasetEditors],
  "try-onnx": [...gpuUsers, ...adapterEditors],
  export: ["load-model", "delete-model", "train", ...fileMakers, ...adapterEditors],
  push: ["load-model", "delete-model", "train", "export", ...networkUsers, ...adapterEditors],
  "import-adapter": [...gpuUsers, ...fileMakers, ...adapterEditors],
  "edit-library": [...gpuUsers, ...fileMakers, ...adapterEditors],
  "import-dataset": ["train", "measure", "evaluate", ...datasetEditors],
  "delete-dataset": ["train", "measure", "evaluate", ...datasetEditors],
  "edit-dataset": ["train", "measure", "evaluate", ...datasetEditors],
  "look-up": networkUsers,
  download: networkUsers,
  "fetch-dataset": networkUsers,
};
const kinds = Object.keys(exclusions) as JobKind[];

/** Kinds of which a later job replaces an earlier one. */
const replaced: readonly JobKind[] = ["load-model", "answer", "import-dataset"];

let owner: JobOwner;
let told: Events["jobs"][];
let progress: Events["progress"][];
let calls: number;
beforeEach(() => {
  told = [];
  progress = [];
  calls = 0;
  owner = new JobOwner((name, payload) => {
    if (name === "jobs") told.push(payload as Events["jobs"]);
    if (name === "progress") progress.push(payload as Events["progress"]);
  });
});

/** A job that runs until told to end, ignoring its signal. */
function startJob(kind: JobKind, subject?: string) {
  const controller = new AbortController();
  let context: JobContext | null = null;
  let settle: { end: () => void; fail: (error: unknown) => void } | undefined;
  const work = new Promise<string>((resolve, reject) => {
    settle = { end: () => resolve(`${kind} done`), fail: reject };
  });
  const id = ++calls;
  const run = (given: JobContext): Promise<string> => {
    context = given;
    return work;
  };
  const outcome = owner.run(
    { kind, ...(subject !== undefined && { subject }), run },
    { id, signal: controller.signal },
  );
  // Callers handle failures; tests that do not await the outcome ignore them.
  outcome.catch(() => undefined);
  return {
    id,
    outcome,
    cancel: () => controller.abort(),
    end: () => settle?.end(),
    fail: (error: unknown) => settle?.fail(error),
    get hasStarted() {
      return context !== null;
    },
    get context(): JobContext {
      if (!context) throw new Error("the job has not started");
      return context;
    },
  };
}

/** Lets all pending microtasks run. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const running = (): JobKind[] => (told.at(-1) ?? []).map(({ kind }) => kind);

describe("a paused job", () => {
  it("lets another kind run until it resumes, and then waits for its end", async () => {
    const train = startJob("train");
    await settled();
    await expect(startJob("answer").outcome).rejects.toMatchObject({ code: "busy" });
    const recall = train.context.admit("answer");
    expect(told.at(-1)?.[0]?.excludes).not.toContain("answer");
    const answer = startJob("answer");
    await settled();
    expect(answer.hasStarted).toBe(true);
    await expect(startJob("evaluate").outcome).rejects.toMatchObject({ code: "busy" });
    let isBack = false;
    const back = recall().then(() => (isBack = true));
    expect(told.at(-1)?.find(({ kind }) => kind === "train")?.excludes).toContain("answer");
    expect(answer.context.signal.aborted).toBe(true);
    await settled();
    expect(isBack).toBe(false);
    await expect(startJob("answer").outcome).rejects.toMatchObject({ code: "busy" });
    answer.end();
    await back;
    expect(running()).toEqual(["train"]);
    train.end();
  });
});

describe("what excludes what", () => {
  test.each(kinds)("beside %s", async (kind) => {
    for (const other of kinds) {
      const first = startJob(kind);
      await settled();
      const second = startJob(other);
      await settled();
      if (!exclusions[kind].includes(other)) {
        expect(second.hasStarted, other).toBe(true);
      } else if (kind === other && replaced.includes(kind)) {
        expect(first.context.signal.aborted, other).toBe(true);
        expect(second.hasStarted, other).toBe(false);
      } else {
        await expect(second.outcome, other).rejects.toMatchObject({ code: "busy" });
        expect(first.context.signal.aborted, other).toBe(false);
      }
      first.end();
      second.end();
      await settled();
      expect(running()).toEqual([]);
    }
  });

  it("is reported to the page with each job", () => {
    for (const kind of kinds) {
      const job = startJob(kind);
      expect([...(told.at(-1)?.[0]?.excludes ?? [])].sort()).toEqual([...exclusions[kind]].sort());
      job.end();
      owner = new JobOwner((name, payload) => void (name === "jobs" && told.push(payload as Events["jobs"])));
    }
  });

  it("is symmetric", () => {
    for (const one of kinds)
      for (const other of kinds)
        expect(exclusions[one].includes(other), `${one}, ${other}`).toBe(exclusions[other].includes(one));
  });
});

describe("a job", () => {
  it("holds its place from the call to its end, even when slow to cancel", async () => {
    const train = startJob("train");
    // In the same turn, before anything could have started.
    await expect(startJob("load-model").outcome).rejects.toMatchObject({
      code: "busy",
      what: "A run is training.",
    });
    await settled();
    train.cancel();
    await settled();
    expect(train.context.signal.aborted).toBe(true);
    await expect(startJob("load-model").outcome).rejects.toMatchObject({ code: "busy" });
    expect(owner.runs("train")).toBe(true);
    train.end();
    expect(await train.outcome).toBe("train done");
    expect(owner.runs("train")).toBe(false);
    const load = startJob("load-model");
    await settled();
    expect(load.hasStarted).toBe(true);
  });

  it("that throws releases its place and passes its error on", async () => {
    const train = startJob("train");
    await settled();
    const error = new LuthierError({ code: "storage/full", task: "adapter-keep" });
    train.fail(error);
    await expect(train.outcome).rejects.toBe(error);
    expect(running()).toEqual([]);
    const crash = new Error("at once");
    const thrown = owner.run(
      {
        kind: "train",
        run() {
          throw crash;
        },
      },
      { id: 9, signal: new AbortController().signal },
    );
    await expect(thrown).rejects.toBe(crash);
    expect(running()).toEqual([]);
  });

  it("that was cancelled before it started takes no place", async () => {
    const call = { id: 1, signal: AbortSignal.abort() };
    const outcome = owner.run({ kind: "train", run: () => Promise.resolve("ran") }, call);
    await expect(outcome).rejects.toMatchObject({ code: "cancelled" });
    expect(told).toEqual([]);
  });

  it("that is cancelled while waiting never runs, and leaves at once", async () => {
    const first = startJob("load-model");
    await settled();
    const second = startJob("load-model");
    await settled();
    second.cancel();
    await expect(second.outcome).rejects.toMatchObject({ code: "cancelled" });
    expect(second.hasStarted).toBe(false);
    expect(running()).toEqual(["load-model"]);
    first.end();
    await first.outcome;
    expect(second.hasStarted).toBe(false);
  });

  it("replaces all earlier jobs of its kind, once the last of them has ended", async () => {
    const first = startJob("load-model");
    await settled();
    const second = startJob("load-model");
    const third = startJob("load-model");
    await expect(second.outcome).rejects.toMatchObject({ code: "cancelled" });
    await settled();
    expect([second.hasStarted, third.hasStarted]).toEqual([false, false]);
    // A waiting job already counts.
    await expect(startJob("train").outcome).rejects.toMatchObject({ code: "busy" });
    first.fail(cancelled());
    await settled();
    expect(third.hasStarted).toBe(true);
    third.end();
    expect(await third.outcome).toBe("load-model done");
  });

  it("reports its start and end to the page before its caller", async () => {
    const load = startJob("load-model", "spruce");
    const download = startJob("download");
    expect(told.map((jobs) => jobs.map(({ id, kind, subject }) => [id, kind, subject]))).toEqual([
      [[1, "load-model", "spruce"]],
      [
        [1, "load-model", "spruce"],
        [2, "download", null],
      ],
    ]);
    await settled();
    load.end();
    let seen: JobKind[] = [];
    await load.outcome.then(() => (seen = running()));
    expect(seen).toEqual(["download"]);
    download.end();
    await download.outcome;
    expect(running()).toEqual([]);
    expect(told).toHaveLength(4);
  });

  it("reports progress only while it runs", async () => {
    const load = startJob("load-model");
    await settled();
    const report = { done: 1, total: 2, what: "weights" } as const;
    load.context.report(report);
    expect(progress).toEqual([{ jobId: load.id, progress: report }]);
    load.end();
    await load.outcome;
    load.context.report({ ...report, done: 2 });
    expect(progress).toHaveLength(1);
  });
});

describe("the owner", () => {
  it("cancels the jobs of a kind", async () => {
    const [train, download] = [startJob("train"), startJob("download")];
    await settled();
    owner.cancel("train", "measure");
    expect(train.context.signal.aborted).toBe(true);
    expect(download.context.signal.aborted).toBe(false);
  });

  it("resolves when the last job of a kind has ended, or when the wait is aborted", async () => {
    const load = startJob("load-model");
    const { signal } = new AbortController();
    let isOver = false;
    const over = owner.ended(["load-model"], signal).then(() => (isOver = true));
    await settled();
    expect(isOver).toBe(false);
    const controller = new AbortController();
    const given = owner.ended(["load-model"], controller.signal);
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: "cancelled" });
    load.end();
    await over;
    expect(owner.runs("load-model")).toBe(false);
  });
});
