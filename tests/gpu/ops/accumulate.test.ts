import { accumulateCases } from "../../support/op-cases/accumulate";
import { runCases } from "../../support/run-cases";

runCases(accumulateCases);
