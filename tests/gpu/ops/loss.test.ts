import { lossCases } from "../../support/op-cases/loss";
import { runCases } from "../../support/run-cases";

runCases(lossCases);
