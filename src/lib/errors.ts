import { type PlainKind, type Problem, type ProblemArea, problemArea } from "./problems/problem";

/** The parts of a {@link LuthierError} as they cross the worker's wire. */
export interface ErrorData {
  readonly problem: Problem;
  /** The id of the form field that caused it. */
  readonly field?: string;
}

interface LuthierErrorOptions extends ErrorOptions {
  readonly field?: string;
}

/** What is told of a problem: what happened and where, and what to do next, each a sentence or more. */
export interface ProblemWords {
  readonly what: string;
  readonly advice: string;
}

/** Without words, an error reads as its code and facts. */
let wording = (problem: Problem): ProblemWords => {
  const { code, ...facts } = problem;
  return problem.code === "plain" ? problem : { what: `${code} ${JSON.stringify(facts)}`, advice: "" };
};

/** Gives errors words of their own, in tests and programs without a page; the page words problems itself. */
export function wordErrors(words: (problem: Problem) => ProblemWords): void {
  wording = words;
}

/** The one error class meant for people: what happened, where, and what to do, as a code and facts. */
export class LuthierError extends Error {
  readonly problem: Problem;
  readonly field?: string;

  constructor(problem: Problem, options?: LuthierErrorOptions);
  constructor(kind: PlainKind, what: string, advice: string, options?: LuthierErrorOptions);
  constructor(first: Problem | PlainKind, ...rest: readonly unknown[]) {
    const problem: Problem =
      typeof first === "string"
        ? { code: "plain", kind: first, what: String(rest[0]), advice: String(rest[1]) }
        : first;
    const options = (typeof first === "string" ? rest[2] : rest[0]) as LuthierErrorOptions | undefined;
    const { what, advice } = wording(problem);
    super(`${what} ${advice}`.trim(), options);
    this.name = "LuthierError";
    this.problem = problem;
    if (options?.field) this.field = options.field;
  }

  /** The area of the problem: what callers decide by, where the very code does not matter. */
  get code(): ProblemArea {
    return problemArea(this.problem);
  }

  /** What happened, as {@link wordErrors} says it. */
  get what(): string {
    return wording(this.problem).what;
  }

  /** What to do, as {@link wordErrors} says it. */
  get advice(): string {
    return wording(this.problem).advice;
  }

  /** The plain data that a message carries. */
  toData(): ErrorData {
    const { problem, field } = this;
    return { problem, ...(field && { field }) };
  }

  /** Rebuilds the error on the other side of the wire. */
  static fromData({ problem, field }: ErrorData): LuthierError {
    return new LuthierError(problem, field ? { field } : {});
  }
}

/** The error of a person's own Stop or Cancel; callers treat it as an end, not a failure. */
export function cancelled(): LuthierError {
  return new LuthierError({ code: "cancelled" });
}

/** True for the error that {@link cancelled} makes and for an aborted signal's reason. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof LuthierError) return error.code === "cancelled";
  return error instanceof Error && error.name === "AbortError";
}
