import { activationOp } from "./activation";

/** y = 1 / (1 + e^-x), element by element. */
export const sigmoid = activationOp<Record<never, never>>("sigmoid", () => "sigmoid");
