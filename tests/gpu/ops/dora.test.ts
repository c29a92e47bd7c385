import { doraCases } from "../../support/op-cases/dora";
import { runCases } from "../../support/run-cases";

runCases(doraCases);
