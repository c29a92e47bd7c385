import { embedCases } from "../../support/op-cases/embed";
import { runCases } from "../../support/run-cases";

runCases(embedCases);
