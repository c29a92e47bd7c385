import { rowCases } from "../../support/op-cases/rows";
import { runCases } from "../../support/run-cases";

runCases(rowCases);
