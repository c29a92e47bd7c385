import { JestChaiExpect } from "@vitest/expect";
import { expect, use } from "chai";

/** A substitute for vitest's `expect` in a page, where there is no test runner. */

use(JestChaiExpect);

export { expect };
