import { untilAborted } from "../../lib/abort";
import { cancelled, LuthierError } from "../../lib/errors";
import type { Progress } from "../../protocol/events";
import { excludedBy, excludes, type JobKind } from "../../protocol/jobs";
import type { Call, Emit } from "../serve";

/** Kinds of job that cancel and replace a running job of their kind instead of being refused. */
const replacedKinds: ReadonlySet<JobKind> = new Set<JobKind>(["load-model", "answer", "import-dataset"]);

/** The context a job runs in. */
export interface JobContext {
  /** Aborted to cancel the job. */
  readonly signal: AbortSignal;
  /** Reports progress to the page. */
  report(progress: Progress): void;
  /**
   * Lets jobs of an excluded kind run while this job is paused. The returned function ends this: it cancels those still
   * running and waits for them to settle.
   */
  admit(kind: JobKind): () => Promise<void>;
}

/** Work that excludes other work. */
export interface Job<Result> {
  readonly kind: JobKind;
  /** Id of the item it works on, if any. */
  readonly subject?: string;
  run(context: JobContext): Promise<Result>;
}

/** An admitted job: running, or waiting for the jobs it replaces to end. */
class Entry {
  readonly id: number;
  readonly kind: JobKind;
  readonly subject: string | null;
  readonly controller = new AbortController();
  /** Excluded kinds that it currently lets run. */
  readonly admitted = new Set<JobKind>();
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
 * Owns all exclusive work: starts a job only if nothing that excludes it is running, tracks it until it settles, and
 * reports the running jobs to the page.
 */
export class JobOwner {
  readonly #emit: Emit;
  readonly #entries = new Set<Entry>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /**
   * Runs a job for a call, whose signal cancels it. The job is admitted synchronously.
   *
   * @throws LuthierError "busy" if another job excludes it, "cancelled" if cancelled before it starts; otherwise what
   * the job throws
   */
  async run<Result>(job: Job<Result>, call: Call): Promise<Result> {
    if (call.signal.aborted) throw cancelled();
    const rivals = [...this.#entries].filter(
      ({ kind, admitted }) => excludes(kind, job.kind) && !admitted.has(job.kind),
    );
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
        admit: (kind) => this.#admit(entry, kind),
      });
    } finally {
      this.#entries.delete(entry);
      this.#tell();
      entry.end();
    }
  }

  /** Whether a job of any of these kinds is running. */
  runs(...kinds: readonly JobKind[]): boolean {
    return this.#of(kinds).length > 0;
  }

  /** Cancels all jobs of these kinds. */
  cancel(...kinds: readonly JobKind[]): void {
    for (const { controller } of this.#of(kinds)) controller.abort();
  }

  /** Resolves when no job of these kinds is running; throws "cancelled" if `signal` aborts first. */
  async ended(kinds: readonly JobKind[], signal: AbortSignal): Promise<void> {
    while (this.runs(...kinds)) await untilAborted(allEnded(this.#of(kinds)), signal);
  }

  #admit({ admitted }: Entry, kind: JobKind): () => Promise<void> {
    admitted.add(kind);
    this.#tell();
    return async () => {
      admitted.delete(kind);
      this.#tell();
      this.cancel(kind);
      await allEnded(this.#of([kind]));
    };
  }

  #of(kinds: readonly JobKind[]): Entry[] {
    return [...this.#entries].filter(({ kind }) => kinds.includes(kind));
  }

  #tell(): void {
    const jobs = [...this.#entries].map(({ id, kind, subject, admitted }) => ({
      id,
      kind,
      subject,
      excludes: excludedBy(kind).filter((other) => !admitted.has(other)),
    }));
    this.#emit("jobs", jobs);
  }
}

async function allEnded(entries: readonly Entry[]): Promise<void> {
  await Promise.all(entries.map(({ ended }) => ended));
}
