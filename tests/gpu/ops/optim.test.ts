import { optimCases } from "../../support/op-cases/optim";
import { runCases } from "../../support/run-cases";

runCases(optimCases);
