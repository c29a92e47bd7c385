import { LuthierError } from "../../src/lib/errors";
import { problem } from "../../src/ui/text/en/problems";

declare module "../../src/lib/errors" {
  interface LuthierError {
    /** What happened, as the page says it. */
    readonly what: string;
    /** What to do, as the page says it. */
    readonly advice: string;
  }
}

// Tests see errors as the page words them.
LuthierError.describe = (cause) => {
  const { what, advice } = problem(cause);
  return `${what} ${advice}`.trim();
};
Object.defineProperties(LuthierError.prototype, {
  what: {
    configurable: true,
    get(this: LuthierError) {
      return problem(this.problem).what;
    },
  },
  advice: {
    configurable: true,
    get(this: LuthierError) {
      return problem(this.problem).advice;
    },
  },
});
