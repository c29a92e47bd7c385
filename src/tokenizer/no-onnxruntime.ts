/**
 * Stands in for `onnxruntime-web/webgpu` inside transformers.js (see vite.config.ts). Of that library only tokenizers
 * and chat templates are used; without this the build would carry 27 MB of WebAssembly that never runs.
 */
export const env = undefined;
export const InferenceSession = undefined;
