import { activationOp } from "./activation";

/** y = max(x, 0), elementwise. */
export const relu = activationOp<Record<never, never>>("relu", () => "relu");
