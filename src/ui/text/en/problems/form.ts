import type { FormProblems } from "../../../../lib/problems/form-problems";
import { fieldFault } from "../field-faults";
import type { ProblemTexts } from "./words";

export const formProblems: ProblemTexts<FormProblems> = {
  "config/field": ({ field, fault }) => ({ what: fieldFault(fault, field), advice: "" }),
};
