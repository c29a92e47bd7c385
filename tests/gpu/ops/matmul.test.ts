import { matmulCases } from "../../support/op-cases/matmul";
import { runCases } from "../../support/run-cases";

runCases(matmulCases);
