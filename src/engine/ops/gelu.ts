import { activationOp, gatedActivationOp } from "./activation";

/** PyTorch's two forms: erf ("none") or the tanh approximation. */
interface GeluAttrs {
  readonly approximate: "tanh" | "none";
}

/** GELU (Hendrycks & Gimpel 2016, arXiv 1606.08415), elementwise. */
export const gelu = activationOp<GeluAttrs>("gelu", ({ approximate }) => `gelu_${approximate}`);

/** y = gelu(gate) · up for equal shapes. */
export const geluMultiply = gatedActivationOp<GeluAttrs>(
  "geluMultiply",
  ({ approximate }) => `gelu_${approximate}`,
);
