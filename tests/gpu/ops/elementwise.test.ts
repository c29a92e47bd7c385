import { elementwiseCases } from "../../support/op-cases/elementwise";
import { runCases } from "../../support/run-cases";

runCases(elementwiseCases);
