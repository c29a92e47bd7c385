import { activationOp } from "./activation";

/** y = x · sigmoid(x), elementwise. */
export const silu = activationOp<Record<never, never>>("silu", () => "silu");
