import { normCases } from "../../support/op-cases/norm";
import { runCases } from "../../support/run-cases";

runCases(normCases);
