import { activationOp } from "./activation";

/** y = tanh(x), elementwise, without overflow for large x. */
export const tanh = activationOp<Record<never, never>>("tanh", () => "tanh");
