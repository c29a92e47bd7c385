import type { FieldFault } from "../../../lib/problems/form-problems";
import * as english from "../en/field-faults";
import { format } from "./format";

/** Describes an invalid field value, using the field's label on the page. */
export function fieldFault(fault: FieldFault, label: string): string {
  switch (fault.kind) {
    case "not-a-number":
      return `“${label}”应为数字。`;
    case "not-whole":
      return `“${label}”应为整数。`;
    case "not-on-or-off":
      return `“${label}”应为开或关。`;
    case "not-text":
      return `“${label}”应为文本。`;
    case "below":
      return `“${label}”不能小于 ${fault.min}。`;
    case "not-above":
      return `“${label}”必须大于 ${fault.min}。`;
    case "above":
      return `“${label}”不能大于 ${fault.max}。`;
    case "no-choice":
      return `“${label}”应为以下之一：${format.list(fault.choices)}。`;
    case "too-few-adapters":
      return `“${label}”：请至少选择 ${fault.min} 个适配器。`;
    case "too-many-adapters":
      return `“${label}”：最多选择 ${fault.max} 个适配器。`;
    default:
      return english.fieldFault(fault, label);
  }
}
