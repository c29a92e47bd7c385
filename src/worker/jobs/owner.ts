import { untilAborted } from "../../lib/abort";
import { cancelled, LuthierError } from "../../lib/errors";
import type { Progress } from "../../protocol/events";
import { excludedBy, excludes, type JobKind } from "../../protocol/jobs";
import type { Call, Emit } from "../serve";

/** Kinds of which a later job cancels the earlier and takes its place, instead of being refused. */
const replacedKinds: ReadonlySet<JobKind> = new Set<JobKind>(["load-model", "answer", "import-dataset"]);

/** What a job is given to run with. */
export interface JobContext {
  /** Aborted when the job is to come to its end. */
  readonly signal: AbortSignal;
  /** Tells the page how far the job is. */
  report(progress: Progress): void;
}

/** Work that excludes other work. */
export interface Job<Result> {
  readonly kind: JobKind;
  /** What it works on, where that has an id. */
  readonly subject?: string;
  run(context: JobContext): Promise<Result>;
}

/** A job that has its place: it runs, or waits for those that it replaces to end. */
class Entry {
  readonly id: number;
  readonly kind: JobKind;
  readonly subject: string | null;
  readonly controller = new AbortController();
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor(id: number, { kind, subject }: Pick<Job<unknown>, "kind" | "subject">) {
    this.id = id;
    this.kind = kind;
    this.subject = subject ?? null;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  end(): void {
    this.#end();
  }
}

/**
 * The one owner of exclusive work: lets a job start only while nothing runs that excludes it, holds its place until it
 * has ended however it ends, and tells the page which jobs run.
 */
export class JobOwner {
  readonly #emit: Emit;
  readonly #entries = new Set<Entry>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /**
   * Runs a job for a call of the page, whose signal cancels it. Its place is taken before this returns.
   *
   * @throws LuthierError("busy") while another job excludes it, "cancelled" before it has started; else what it throws
   */
  async run<Result>(job: Job<Result>, call: Call): Promise<Result> {
    if (call.signal.aborted) throw cancelled();
    const rivals = [...this.#entries].filter(({ kind }) => excludes(kind, job.kind));
    const blocker = rivals.find(({ kind }) => kind !== job.kind || !replacedKinds.has(kind));
    if (blocker) throw new LuthierError({ code: "busy", running: blocker.kind });
    const entry = new Entry(call.id, job);
    const signal = AbortSignal.any([call.signal, entry.controller.signal]);
    this.#entries.add(entry);
    this.#tell();
    try {
      for (const rival of rivals) rival.controller.abort();
      await untilAborted(allEnded(rivals), signal);
      return await job.run({
        signal,
        report: (progress) => {
          if (this.#entries.has(entry)) this.#emit("progress", { jobId: entry.id, progress });
        },
      });
    } finally {
      this.#entries.delete(entry);
      this.#tell();
      entry.end();
    }
  }

  /** Whether a job of one of these kinds runs. */
  runs(...kinds: readonly JobKind[]): boolean {
    return this.#of(kinds).length > 0;
  }

  /** Cancels the jobs of these kinds. */
  cancel(...kinds: readonly JobKind[]): void {
    for (const { controller } of this.#of(kinds)) controller.abort();
  }

  /** Resolves when no job of these kinds runs. Errors: cancelled, when `signal` is aborted first. */
  async ended(kinds: readonly JobKind[], signal: AbortSignal): Promise<void> {
    while (this.runs(...kinds)) await untilAborted(allEnded(this.#of(kinds)), signal);
  }

  #of(kinds: readonly JobKind[]): Entry[] {
    return [...this.#entries].filter(({ kind }) => kinds.includes(kind));
  }

  #tell(): void {
    const jobs = [...this.#entries].map(({ id, kind, subject }) => ({
      id,
      kind,
      subject,
      excludes: excludedBy(kind),
    }));
    this.#emit("jobs", jobs);
  }
}

async function allEnded(entries: readonly Entry[]): Promise<void> {
  await Promise.all(entries.map(({ ended }) => ended));
}
