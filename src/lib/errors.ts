/** What kind of thing went wrong; the page groups and words its advice by it. */
export type ErrorCode =
  | "data"
  | "file"
  | "format"
  | "model"
  | "adapter"
  | "config"
  | "gpu"
  | "out-of-memory"
  | "device-lost"
  | "diverged"
  | "storage"
  | "network"
  | "cancelled";

/** The parts of a {@link LuthierError} as they cross the worker's wire. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** What happened and where (row, file, tensor, both shapes), as a sentence. */
  readonly what: string;
  /** What the person can do next, as a sentence. */
  readonly advice: string;
  /** The form field that caused it, by its label. */
  readonly field?: string;
}

/** The one error class meant for people: what happened, where, and what to do. */
export class LuthierError extends Error implements ErrorData {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice: string;
  readonly field?: string;

  constructor(code: ErrorCode, what: string, advice: string, options?: ErrorOptions & { field?: string }) {
    super(`${what} ${advice}`, options);
    this.name = "LuthierError";
    this.code = code;
    this.what = what;
    this.advice = advice;
    if (options?.field) this.field = options.field;
  }

  /** The plain data that a message carries. */
  toData(): ErrorData {
    const { code, what, advice, field } = this;
    return { code, what, advice, ...(field && { field }) };
  }

  /** Rebuilds the error on the other side of the wire. */
  static fromData(data: ErrorData): LuthierError {
    return new LuthierError(data.code, data.what, data.advice, data.field ? { field: data.field } : {});
  }
}

/** The error of a person's own Stop or Cancel; callers treat it as an end, not a failure. */
export function cancelled(what = "The work was stopped."): LuthierError {
  return new LuthierError("cancelled", what, "Start it again when you like.");
}

/** True for the error that {@link cancelled} makes and for an aborted signal's reason. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof LuthierError) return error.code === "cancelled";
  return error instanceof Error && error.name === "AbortError";
}
