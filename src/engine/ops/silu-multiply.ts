import { gatedActivationOp } from "./activation";

/** y = silu(gate) · up (SwiGLU, arXiv 2002.05202) for equal shapes. */
export const siluMultiply = gatedActivationOp<Record<never, never>>("siluMultiply", () => "silu");
