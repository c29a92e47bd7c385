import { activationOp } from "./activation";

/** y = tanh(x), without overflow for large x, element by element. */
export const tanh = activationOp<Record<never, never>>("tanh", () => "tanh");
