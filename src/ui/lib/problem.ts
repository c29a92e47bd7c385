import { LuthierError, type ErrorData } from "../../lib/errors";

/** Any thrown value as the sentences the page shows. What is not a LuthierError is a mistake of our own. */
export function toProblem(error: unknown): ErrorData {
  if (error instanceof LuthierError) return error.toData();
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "config",
    what: `The studio made a mistake of its own: ${reason}`,
    advice: "Reload the page; your datasets and settings are kept.",
  };
}
