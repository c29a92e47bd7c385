import type { EventHub } from "../../../src/client/client";
import { rowsAsFile } from "../../../src/data/write/export-rows";
import { LuthierError } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { CommandArgs } from "../../../src/protocol/commands";
import type { FinishReason } from "../../../src/shared/generation";
import type { Rating } from "../../../src/shared/ratings";
import { type AlpacaRow, questionOf } from "../../../src/shared/rows";
import type { Evaluation, FileAnswers } from "../../../src/shared/scores";
import { StopSequences } from "../../../src/tokenizer/stop-sequences";
import type { JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";
import { fakeOdds, fakeTokens } from "./data";
import type { FakeLibrary } from "./library";
import { pause } from "./pace";
import { fakeEvaluation } from "./scores";

/** The GPU's loss, as the worker reports it. */
export const LOST = { code: "device-lost/gpu", reason: "unknown", message: "" } as const;

/** What answers depend on. */
interface Host {
  readonly events: EventHub;
  readonly owner: JobOwner;
  readonly library: FakeLibrary;
  /** Milliseconds per word. */
  readonly paceMs: number;
  rows(datasetId: string): readonly AlpacaRow[];
  /** Whether storage is full. */
  isFull(): boolean;
  /** How often the GPU was lost. */
  losses(): number;
}

type AnswerHandlers = Pick<
  Handlers,
  | "evaluate"
  | "answerFiles"
  | "pauseAnswers"
  | "resumeAnswers"
  | "keptEvaluation"
  | "mergedBytes"
  | "keepMerged"
  | "generate"
  | "listRatings"
  | "saveRating"
  | "deleteRating"
  | "clearRatings"
  | "rowsAsFile"
  | "answerOdds"
  | "questionTokens"
>;

/** The fake client's answers, their scores and ratings. */
export class FakeAnswers {
  private answersPaused = false;
  private readonly ratings = new Map<string, Rating>();
  /** The latest scores by adapter. */
  private readonly evaluations = new Map<string | null, Evaluation>();

  constructor(private readonly host: Host) {}

  readonly handlers: AnswerHandlers = {
    evaluate: (args, call) =>
      this.host.owner.run({ kind: "evaluate", run: (context) => this.evaluate(args, context) }, call),
    answerFiles: (args, call) =>
      this.host.owner.run({ kind: "answer-files", run: (context) => this.answerFiles(args, context) }, call),
    pauseAnswers: () => void (this.answersPaused = true),
    resumeAnswers: () => void (this.answersPaused = false),
    keptEvaluation: ({ adapterId }) => this.evaluations.get(adapterId) ?? null,
    mergedBytes: () => 4_100_000,
    keepMerged: () => undefined,
    generate: (args, call) =>
      this.host.owner.run({ kind: "answer", run: ({ signal }) => this.answer(args, signal) }, call),
    listRatings: () => [...this.ratings.values()],
    saveRating: ({ rating }) => {
      if (this.host.isFull()) throw new LuthierError({ code: "storage/full", task: "rating-keep" });
      this.ratings.set(rating.id, rating);
    },
    deleteRating: ({ id }) => void this.ratings.delete(id),
    clearRatings: () => this.ratings.clear(),
    rowsAsFile: ({ rows }) => rowsAsFile(rows),
    answerOdds: ({ answers }, call) =>
      this.host.owner.run({ kind: "answer", run: () => Promise.resolve(answers.map(fakeOdds)) }, call),
    questionTokens: ({ questions }) =>
      questions.map(({ row, messages }) => {
        const question = (row && questionOf(row)?.text) ?? messages.at(-1)?.content ?? "";
        return fakeTokens({ instruction: question, input: "", output: "" }, 64).tokens;
      }),
  };

  private async answerFiles(
    { files }: CommandArgs<"answerFiles">[0],
    { signal, report }: JobContext,
  ): Promise<FileAnswers> {
    this.answersPaused = false;
    const prompts = (await defined(files[0], "a file").text()).split("\n").filter(Boolean);
    const rows: FileAnswers["rows"][number][] = [];
    for (const question of prompts) {
      do await pause(this.host.paceMs * 5);
      while (this.answersPaused && !signal.aborted);
      if (signal.aborted) break;
      rows.push({ question, expected: "", answer: `Arr! ${question}`, finish: "end-token" });
      report({ done: rows.length, total: prompts.length, what: "" });
    }
    return { rows, prompts: prompts.length, leftOut: 0 };
  }

  private async evaluate(args: CommandArgs<"evaluate">[0], context: JobContext): Promise<Evaluation> {
    const made = await fakeEvaluation(
      args,
      this.host.rows(args.encoding.datasetId),
      context,
      this.host.paceMs,
    );
    this.evaluations.set(made.sides.at(-1)?.adapterId ?? null, made);
    return made;
  }

  private async answer(
    { requestId, questions, ends: { stop } }: CommandArgs<"generate">[0],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { column, adapterId, row, messages } of questions) {
      const question = messages.at(-1)?.content ?? (row && questionOf(row)?.text) ?? "";
      const base = `A short answer to “${question}” in plain words, as the base model gives it.`;
      const adapter = this.host.library.find(adapterId);
      if (adapterId !== null && !adapter) throw new LuthierError({ code: "adapter/not-kept" });
      const words = (adapter ? `Arr! ${base} So says ${adapter.name}, matey!` : base).split(" ");
      let text = "";
      const tell = (finish: FinishReason | null): void =>
        this.host.events.emit("answer", {
          ...{ requestId, column, text, tokensPerSecond: 24.5, finish },
          ids: finish === null ? [] : text.split(" ").map((_, index) => index),
        });
      const losses = this.host.losses();
      const stops = new StopSequences(stop);
      for (const [index, word] of words.entries()) {
        if (losses !== this.host.losses()) throw new LuthierError(LOST);
        if (signal.aborted) {
          tell("stopped");
          return;
        }
        text += stops.push(index === 0 ? word : ` ${word}`);
        if (stops.found) break;
        tell(null);
        await pause(this.host.paceMs);
      }
      text += stops.flush();
      tell(stops.found ? "stop-sequence" : "end-token");
    }
  }
}
