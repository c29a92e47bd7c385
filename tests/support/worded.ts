import { wordErrors } from "../../src/lib/errors";
import { problem } from "../../src/ui/text/en/problems";

// Errors read in tests as people read them on the page.
wordErrors(problem);
