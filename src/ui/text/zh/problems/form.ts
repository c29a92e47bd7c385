import type { FormProblems } from "../../../../lib/problems/form-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { fieldFault } from "../field-faults";

export const formProblems = {
  "config/field": ({ field, fault }) => ({ what: fieldFault(fault, field), advice: "" }),
} satisfies Partial<ProblemTexts<FormProblems>>;
