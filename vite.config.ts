import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { offlinePlugin } from "./tools/site/offline.ts";
import { licencePlugins } from "./tools/site/licences.ts";
import { securityPlugin } from "./tools/site/content-security-policy.ts";

/** Whether `npm start` can open a browser. On Linux that requires a desktop and xdg-open. */
function hasBrowser(): boolean {
  if (process.platform !== "linux") return true;
  const { DISPLAY, WAYLAND_DISPLAY, PATH = "" } = process.env;
  if (!DISPLAY && !WAYLAND_DISPLAY) return false;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, "xdg-open")));
}

const licences = licencePlugins();

export default defineConfig({
  // Relative URLs, so that the built page works from any folder of a static host.
  base: "./",
  plugins: [react(), securityPlugin(), licences.plugin, offlinePlugin()],
  server: { open: hasBrowser() },
  preview: { open: false },
  resolve: {
    alias: {
      // transformers.js is used for tokenizers only; keep its inference runtime out of the build.
      "onnxruntime-web/webgpu": fileURLToPath(new URL("./src/tokenizer/no-onnxruntime.ts", import.meta.url)),
      // Pushes go through LFS; keep the Xet protocol out as well.
      "@huggingface/xetchunk-wasm": fileURLToPath(new URL("./src/hub/push/no-xet.ts", import.meta.url)),
    },
  },
  // Imported only by the worker, where Vite's initial scan misses them; discovering them later would reload the page.
  optimizeDeps: {
    // Loaded on demand, and finds its WebAssembly beside itself.
    exclude: ["onnxruntime-web"],
    include: [
      "@huggingface/hub",
      "@noble/hashes/legacy.js",
      "@noble/hashes/sha2.js",
      "@streamparser/json",
      "@xenova/transformers",
      "fflate",
      "idb-keyval",
    ],
  },
  worker: { format: "es", plugins: () => [licences.workerPlugin()] },
  build: { target: "es2023" },
});
