import { hardConcreteCases } from "../../support/op-cases/hard-concrete";
import { runCases } from "../../support/run-cases";

runCases(hardConcreteCases);
