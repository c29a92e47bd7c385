// In JavaScript, so that nothing asks for the rivals' packages until the benchmark has installed them.
export const loadJax = () => import("@jax-js/jax");
export const loadNanogpt = () => import("@genai-fi/nanogpt");

export async function loadTfjs() {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-webgpu");
  return tf;
}
