import { dropoutCases } from "../../support/op-cases/dropout";
import { runCases } from "../../support/run-cases";

runCases(dropoutCases);
