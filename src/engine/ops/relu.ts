import { activationOp } from "./activation";

/** y = max(x, 0), element by element. */
export const relu = activationOp<Record<never, never>>("relu", () => "relu");
