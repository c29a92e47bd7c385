import { wordErrors } from "../../src/lib/errors";
import { problem } from "../../src/ui/text/en/problems";

// Tests see errors in the page's wording.
wordErrors(problem);
