import { fastfoodCases } from "../../support/op-cases/fastfood";
import { runCases } from "../../support/run-cases";

runCases(fastfoodCases);
