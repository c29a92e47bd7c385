import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** The options of Intrinsic SAID; PEFT has no such method. */
export const saidFields = [
  {
    name: "intrinsic_dimension",
    type: "integer",
    default: 2000,
    min: 2,
    max: 1_000_000,
    level: "basic",
    hint: "How many numbers train in all, however large the model is. A few hundred steer a tone; some thousands learn a task; more are slower to settle.",
  },
  {
    name: "structure_aware",
    type: "boolean",
    default: true,
    level: "basic",
    hint: "Whether each matrix has a strength of its own (SAID), which one of those numbers is spent on. Off is the plain method (DID): all matrices move equally.",
  },
  {
    ...targetModulesField,
    hint: "Which layers move: names separated by commas, a regex, or all-linear. Empty takes PEFT's defaults for LoRA. A layer's update is made anew at each use, which takes two to four times its weights in f32, for one layer at a time.",
  },
  {
    name: "projection_seed",
    type: "integer",
    default: 0,
    min: 0,
    max: 0xffffffff,
    level: "advanced",
    hint: "Chooses the random directions in which the model may move. They are made from it alone, so that a file need not hold them; no seed is better than another.",
  },
  excludeModulesField,
] as const satisfies readonly Field[];
