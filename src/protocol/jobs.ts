import type { JobKind } from "../lib/job-kind";

export type { JobKind };

/** A job that runs in the worker, as the page sees it. */
export interface RunningJob {
  /** The id of the request that started it. */
  readonly id: number;
  readonly kind: JobKind;
  /** What it works on, where that has an id: the model that is loading. */
  readonly subject: string | null;
  /** Kinds of jobs that cannot start while this one runs. */
  readonly excludes: readonly JobKind[];
}

/** What jobs compete for. */
type Resource =
  /** The model in use. */
  | "model"
  /** The GPU's time, and its memory for more than what lies there. */
  | "gpu"
  /** The adapters of the model in use. */
  | "adapters"
  | "datasets"
  /** The files that the person is given. */
  | "files"
  | "network";

/** What a kind of job needs. */
interface JobNeeds {
  /** What others may use at the same time, but not own. */
  readonly shares: readonly Resource[];
  /** What nobody else may use at the same time. */
  readonly owns: readonly Resource[];
}

const needs: Readonly<Record<JobKind, JobNeeds>> = {
  "load-model": { shares: [], owns: ["model", "gpu"] },
  "delete-model": { shares: [], owns: ["model", "gpu"] },
  train: { shares: ["model", "datasets"], owns: ["gpu", "adapters"] },
  measure: { shares: ["model", "datasets", "adapters"], owns: ["gpu"] },
  answer: { shares: ["model", "adapters"], owns: ["gpu"] },
  export: { shares: ["model", "adapters"], owns: ["files"] },
  "import-adapter": { shares: ["model"], owns: ["adapters"] },
  "edit-library": { shares: ["model"], owns: ["adapters"] },
  "import-dataset": { shares: [], owns: ["datasets"] },
  "delete-dataset": { shares: [], owns: ["datasets"] },
  "edit-dataset": { shares: [], owns: ["datasets"] },
  "look-up": { shares: [], owns: ["network"] },
  download: { shares: [], owns: ["network"] },
  "fetch-dataset": { shares: [], owns: ["network"] },
};

/** Whether two jobs cannot run at the same time: one owns what the other uses. */
export function excludes(one: JobKind, other: JobKind): boolean {
  return ownsOf(one, other) || ownsOf(other, one);
}

/** The kinds of jobs that cannot start while one of `kind` runs. */
export function excludedBy(kind: JobKind): JobKind[] {
  return (Object.keys(needs) as JobKind[]).filter((other) => excludes(kind, other));
}

function ownsOf(owner: JobKind, other: JobKind): boolean {
  const { shares, owns } = needs[other];
  return needs[owner].owns.some((resource) => owns.includes(resource) || shares.includes(resource));
}
