import { gateCases } from "../../support/op-cases/gates";
import { runCases } from "../../support/run-cases";

runCases(gateCases);
