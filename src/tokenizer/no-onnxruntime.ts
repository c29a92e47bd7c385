/**
 * Replaces `onnxruntime-web/webgpu` inside transformers.js (see vite.config.ts). Only its tokenizers are used, so this
 * keeps 27 MB of unused WebAssembly out of the build.
 */
export const env = undefined;
export const InferenceSession = undefined;
