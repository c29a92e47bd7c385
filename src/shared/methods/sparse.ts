import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** Which weights the methods choose from that train single numbers of the model. */
export const sparseTargetFields = [
  {
    ...targetModulesField,
    placeholder: "empty: all-linear",
    hint: "Which layers' weights may change: names separated by commas, a regex, or all-linear, which empty means. Each weight takes a gradient and two moments in f32 while it trains, though few change: narrow it to save memory.",
  },
  excludeModulesField,
] as const satisfies readonly Field[];
