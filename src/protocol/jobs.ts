import type { JobKind } from "../lib/job-kind";

export type { JobKind };

/** A job running in the worker. */
export interface RunningJob {
  /** Id of the request that started it. */
  readonly id: number;
  readonly kind: JobKind;
  /** Id of the object it works on, e.g. the model being loaded. */
  readonly subject: string | null;
  /** Kinds of jobs that cannot start meanwhile. */
  readonly excludes: readonly JobKind[];
}

/** Resources that jobs compete for. */
type Resource =
  /** The loaded model. */
  | "model"
  /** GPU time, and memory for new allocations. */
  | "gpu"
  /** Adapters of the loaded model. */
  | "adapters"
  | "datasets"
  /** Files saved for the user. */
  | "files"
  | "network";

/** Resource requirements of a kind of job. */
interface JobNeeds {
  /** Shared access. */
  readonly shares: readonly Resource[];
  /** Exclusive access. */
  readonly owns: readonly Resource[];
}

const needs: Readonly<Record<JobKind, JobNeeds>> = {
  "load-model": { shares: [], owns: ["model", "gpu"] },
  "delete-model": { shares: [], owns: ["model", "gpu"] },
  train: { shares: ["model", "datasets"], owns: ["gpu", "adapters"] },
  measure: { shares: ["model", "datasets", "adapters"], owns: ["gpu"] },
  answer: { shares: ["model", "adapters"], owns: ["gpu"] },
  "answer-files": { shares: ["model", "adapters"], owns: ["gpu"] },
  evaluate: { shares: ["model", "adapters", "datasets"], owns: ["gpu"] },
  export: { shares: ["model", "adapters"], owns: ["files"] },
  push: { shares: ["model", "adapters"], owns: ["files", "network"] },
  "try-onnx": { shares: ["model", "adapters"], owns: ["gpu"] },
  "import-adapter": { shares: ["model"], owns: ["adapters"] },
  "edit-library": { shares: ["model"], owns: ["adapters"] },
  "import-dataset": { shares: [], owns: ["datasets"] },
  "delete-dataset": { shares: [], owns: ["datasets"] },
  "edit-dataset": { shares: [], owns: ["datasets"] },
  "look-up": { shares: [], owns: ["network"] },
  download: { shares: [], owns: ["network"] },
  "fetch-dataset": { shares: [], owns: ["network"] },
};

/** Whether two jobs conflict: one owns what the other uses. */
export function excludes(one: JobKind, other: JobKind): boolean {
  return ownsOf(one, other) || ownsOf(other, one);
}

/** Kinds of jobs that cannot start while one of `kind` runs. */
export function excludedBy(kind: JobKind): JobKind[] {
  return (Object.keys(needs) as JobKind[]).filter((other) => excludes(kind, other));
}

function ownsOf(owner: JobKind, other: JobKind): boolean {
  const { shares, owns } = needs[other];
  return needs[owner].owns.some((resource) => owns.includes(resource) || shares.includes(resource));
}
