import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, ResolvedConfig } from "vite";

const TEMPLATE = fileURLToPath(new URL("service-worker.js", import.meta.url));

/** Larger files are kept once they have been used, not on the first visit. */
const MAX_BYTES = 6_000_000;

/** What the browser installs, and which files of the desktop it opens with the studio. */
const MANIFEST = {
  name: "Luthier",
  short_name: "Luthier",
  description: "Teach a small language model from your own examples, in this browser, on your own GPU.",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#f7f7f4",
  theme_color: "#28634a",
  icons: [
    { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
    { src: "icon-192.png", sizes: "192x192", type: "image/png" },
    { src: "icon-512.png", sizes: "512x512", type: "image/png" },
    { src: "icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
  file_handlers: [
    {
      action: "./",
      accept: {
        "application/jsonl": [".jsonl"],
        "application/octet-stream": [".gguf"],
        "application/zip": [".zip"],
      },
    },
  ],
};

/** Adds the web manifest and a service worker that keeps the build's own files, so that it opens without a network. */
export function offlinePlugin(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "luthier-offline",
    apply: "build",
    configResolved: (resolved) => {
      config = resolved;
    },
    transformIndexHtml: () => [
      { tag: "link", attrs: { rel: "manifest", href: "manifest.webmanifest" }, injectTo: "head" },
      { tag: "link", attrs: { rel: "apple-touch-icon", href: "icon-192.png" }, injectTo: "head" },
    ],
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const built = Object.entries(bundle).map(([name, file]): [string, Buffer] => [
          name,
          Buffer.from(file.type === "chunk" ? file.code : file.source),
        ]);
        const files = [...built, ...publicFiles(config.publicDir)].filter(
          ([name, bytes]) => bytes.length <= MAX_BYTES && name !== "index.html" && !name.endsWith(".map"),
        );
        const hash = createHash("sha256");
        // The page itself is in no chunk's name.
        for (const [, bytes] of [...files, ...built]) hash.update(bytes);
        const list = JSON.stringify(["./", ...files.map(([name]) => name)]);
        const source = readFileSync(TEMPLATE, "utf8")
          .replace("__VERSION__", hash.digest("hex").slice(0, 16))
          .replace('"__FILES__"', () => JSON.stringify(list));
        this.emitFile({ type: "asset", fileName: "service-worker.js", source });
        this.emitFile({
          type: "asset",
          fileName: "manifest.webmanifest",
          source: JSON.stringify(MANIFEST, null, 2),
        });
      },
    },
  };
}

/** The files that Vite copies as they are, by their paths in the build. */
function publicFiles(folder: string): [string, Buffer][] {
  if (folder === "") return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => [name.replaceAll("\\", "/"), readFileSync(join(folder, name))]);
}
