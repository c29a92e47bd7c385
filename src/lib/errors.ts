import { type Problem, type ProblemArea, problemArea } from "./problems/problem";

/** A {@link LuthierError} serialised for the worker's wire. */
export interface ErrorData {
  readonly problem: Problem;
  /** Id of the form field that caused it. */
  readonly field?: string;
}

interface LuthierErrorOptions extends ErrorOptions {
  readonly field?: string;
}

/** The text of a problem: what happened and where, and what to do. Each is one or more sentences. */
export interface ProblemWords {
  readonly what: string;
  readonly advice: string;
}

/** The error class for problems shown to people, as a code and facts. */
export class LuthierError extends Error {
  readonly problem: Problem;
  readonly field?: string;

  constructor(problem: Problem, options?: LuthierErrorOptions) {
    super(LuthierError.describe(problem), options);
    this.name = "LuthierError";
    this.problem = problem;
    if (options?.field) this.field = options.field;
  }

  /** The problem's area, for callers that do not care about the exact code. */
  get code(): ProblemArea {
    return problemArea(this.problem);
  }

  /** The message of an error, for logs: code and facts. The page has its own text for problems. */
  static describe({ code, ...facts }: Problem): string {
    return `${code} ${JSON.stringify(facts)}`;
  }

  /** Serialises the error for a message. */
  toData(): ErrorData {
    const { problem, field } = this;
    return { problem, ...(field && { field }) };
  }

  /** Deserialises an error received in a message. */
  static fromData({ problem, field }: ErrorData): LuthierError {
    return new LuthierError(problem, field ? { field } : {});
  }
}

/** The error for a user's Stop or Cancel, which callers treat as a normal end. */
export function cancelled(): LuthierError {
  return new LuthierError({ code: "cancelled" });
}

/** Whether an error is from {@link cancelled} or is an aborted signal's reason. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof LuthierError) return error.code === "cancelled";
  return error instanceof Error && error.name === "AbortError";
}
