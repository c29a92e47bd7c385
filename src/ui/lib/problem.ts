import { LuthierError, type ErrorData } from "../../lib/errors";

/** Any thrown value as the problem that the page tells. What is not a LuthierError is a mistake of our own. */
export function toProblem(error: unknown): ErrorData {
  if (error instanceof LuthierError) return error.toData();
  const reason = error instanceof Error ? error.message : String(error);
  return { problem: { code: "internal", reason } };
}
