import { activationOp } from "./activation";

/** y = x · sigmoid(x), element by element. */
export const silu = activationOp<Record<never, never>>("silu", () => "silu");
