import { drawCases } from "../../support/op-cases/draw-token";
import { runCases } from "../../support/run-cases";

runCases(drawCases);
