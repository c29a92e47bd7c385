import { lstmCases } from "../../support/op-cases/lstm";
import { runCases } from "../../support/run-cases";

runCases(lstmCases);
