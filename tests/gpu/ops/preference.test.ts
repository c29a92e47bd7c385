import { preferenceCases } from "../../support/op-cases/preference";
import { runCases } from "../../support/run-cases";

runCases(preferenceCases);
