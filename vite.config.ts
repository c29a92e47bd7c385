import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licencePlugins } from "./tools/site/licences.ts";
import { securityPlugin } from "./tools/site/content-security-policy.ts";

/** Whether `npm start` can open a browser. On Linux that takes a desktop and the program that finds its browser. */
function hasBrowser(): boolean {
  if (process.platform !== "linux") return true;
  const { DISPLAY, WAYLAND_DISPLAY, PATH = "" } = process.env;
  if (!DISPLAY && !WAYLAND_DISPLAY) return false;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, "xdg-open")));
}

const licences = licencePlugins();

export default defineConfig({
  // Relative addresses, so that the built page works from any folder of a static host.
  base: "./",
  plugins: [react(), securityPlugin(), licences.plugin],
  server: { open: hasBrowser() },
  preview: { open: false },
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
  worker: { format: "es", plugins: () => [licences.workerPlugin()] },
  build: { target: "es2023" },
});
