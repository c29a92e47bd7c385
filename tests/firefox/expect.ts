import { JestChaiExpect } from "@vitest/expect";
import { expect, use } from "chai";

/** What cases mean by vitest's `expect` where no test runner is: in a page. */

use(JestChaiExpect);

export { expect };
