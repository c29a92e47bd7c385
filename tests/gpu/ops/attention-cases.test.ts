import { attentionCases } from "../../support/op-cases/attention";
import { runCases } from "../../support/run-cases";

runCases(attentionCases);
