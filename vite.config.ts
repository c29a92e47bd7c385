import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses, so that the built page works from any folder of a static host.
  base: "./",
  plugins: [react()],
  resolve: {
    alias: {
      // transformers.js is here for tokenizers alone; its inference runtime stays out of the build.
      "onnxruntime-web/webgpu": fileURLToPath(new URL("./src/tokenizer/no-onnxruntime.ts", import.meta.url)),
    },
  },
  // Imported by the worker alone, where the first look at the page does not see them; found later they would reload it.
  optimizeDeps: {
    include: [
      "@noble/hashes/legacy.js",
      "@noble/hashes/sha2.js",
      "@streamparser/json",
      "@xenova/transformers",
      "fflate",
      "idb-keyval",
    ],
  },
  worker: { format: "es" },
  build: { target: "es2023" },
});
