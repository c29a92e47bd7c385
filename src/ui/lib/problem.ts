import { LuthierError, type ErrorData } from "../../lib/errors";

/** Converts any thrown value to a problem to show; anything but a LuthierError is reported as internal. */
export function toProblem(error: unknown): ErrorData {
  if (error instanceof LuthierError) return error.toData();
  const reason = error instanceof Error ? error.message : String(error);
  return { problem: { code: "internal", reason } };
}
