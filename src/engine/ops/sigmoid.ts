import { activationOp } from "./activation";

/** y = 1 / (1 + e^-x), elementwise. */
export const sigmoid = activationOp<Record<never, never>>("sigmoid", () => "sigmoid");
