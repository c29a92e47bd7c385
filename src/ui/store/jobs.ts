import { excludedBy, type JobKind, type RunningJob } from "../../protocol/jobs";
import type { ShownJob, StudioState } from "./state";

type State = Pick<StudioState, "jobs">;

/** The running job of a kind, or null. */
export function jobOf({ jobs }: State, kind: JobKind): ShownJob | null {
  return jobs.find((job) => job.kind === kind) ?? null;
}

/** Whether a job of one of these kinds is running. */
export function isRunning({ jobs }: State, ...kinds: readonly JobKind[]): boolean {
  return jobs.some(({ kind }) => kinds.includes(kind));
}

/** Whether a running job excludes one of this kind. */
export function isExcluded({ jobs }: State, kind: JobKind): boolean {
  return jobs.some(({ excludes }) => excludes.includes(kind));
}

/** Resolves when no job of the kind is running. */
export function whileRunning(
  store: { getState(): State; subscribe(listener: (state: State) => void): () => void },
  kind: JobKind,
): Promise<void> {
  return new Promise((resolve) => {
    if (!isRunning(store.getState(), kind)) {
      resolve();
      return;
    }
    const end = store.subscribe((state) => {
      if (isRunning(state, kind)) return;
      end();
      resolve();
    });
  });
}

export function isTraining(state: State): boolean {
  return isRunning(state, "train");
}

/** The job that a call will start. */
type Asked = Pick<ShownJob, "kind"> & Partial<Pick<ShownJob, "subject">>;

/** Updates the store's state. */
type SetJobs = (change: (state: State) => State) => void;

/** Ids of requested jobs are negative; those of the worker's jobs are positive. */
let lastAsked = 0;

/** Calls of an action that start jobs; the latest can be cancelled. */
export class JobCalls {
  readonly #set: SetJobs;
  #latest: AbortController | null = null;

  constructor(set: SetJobs) {
    this.#set = set;
  }

  /** Makes a cancellable call. The job counts as running from now on, before the worker reports it. */
  async run<T>(asked: Asked, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#latest = controller;
    const { kind, subject = null } = asked;
    const id = --lastAsked;
    const job: ShownJob = { id, kind, subject, excludes: excludedBy(kind), progress: null };
    this.#set(({ jobs }) => ({ jobs: [...jobs, job] }));
    try {
      return await call(controller.signal);
    } finally {
      this.#set(({ jobs }) => ({ jobs: jobs.filter((other) => other.id !== id) }));
      if (this.#latest === controller) this.#latest = null;
    }
  }

  cancel(): void {
    this.#latest?.abort();
  }
}

/** Merges the jobs reported by the worker with those requested but not yet reported. */
export function takeJobs(known: readonly ShownJob[], running: readonly RunningJob[]): ShownJob[] {
  const byId = new Map(known.map((job) => [job.id, job]));
  const begun = running.filter(({ id }) => !byId.has(id)).map(({ kind }) => kind);
  const asked = known.filter(({ id }) => id < 0);
  for (const kind of begun) {
    const index = asked.findIndex((job) => job.kind === kind);
    if (index >= 0) asked.splice(index, 1);
  }
  return [...running.map((job) => ({ ...job, progress: byId.get(job.id)?.progress ?? null })), ...asked];
}
