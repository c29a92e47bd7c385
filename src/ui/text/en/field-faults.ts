import type { FieldFault } from "../../../lib/problems/form-problems";
import { format } from "./format";

/** Describes an invalid field value, using the field's label on the page. */
export function fieldFault(fault: FieldFault, label: string): string {
  switch (fault.kind) {
    case "not-a-number":
      return `${label} is a number.`;
    case "not-whole":
      return `${label} is a whole number.`;
    case "not-on-or-off":
      return `${label} is on or off.`;
    case "not-text":
      return `${label} is text.`;
    case "below":
      return `${label} is at least ${fault.min}.`;
    case "not-above":
      return `${label} is more than ${fault.min}.`;
    case "above":
      return `${label} is at most ${fault.max}.`;
    case "no-choice":
      return `${label} is one of ${format.list(fault.choices)}.`;
    case "too-few-adapters":
      return `${label}: choose ${fault.min === 1 ? "an adapter" : `at least ${fault.min} adapters`}.`;
    case "too-many-adapters":
      return `${label}: choose ${fault.max === 1 ? "one adapter" : `${fault.max} adapters`} at most.`;
  }
}
