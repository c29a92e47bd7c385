import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build, preview } from "vite";
import { browserUnderTest } from "../support/software-gpu";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const outDir = join(root, "node_modules/.cache/luthier/studio");

/** The studio as it is built for people, served, and a browser whose WebGPU computes in software. */
export interface ServedStudio {
  readonly browser: Browser;
  readonly address: string;
  close(): Promise<void>;
}

/** Flags under which Chromium offers WebGPU on its software GPU and talks to nobody else. */
const webGpuFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Builds and serves the studio and starts a browser. */
export async function serveStudio(): Promise<ServedStudio> {
  const configFile = join(root, "vite.config.ts");
  await build({ root, configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const server = await preview({
    root,
    configFile,
    build: { outDir },
    preview: { port: 0, open: false },
    logLevel: "error",
  });
  const { executablePath, env } = await browserUnderTest();
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const browser = await chromium.launch({
    executablePath,
    args: webGpuFlags,
    // The browser brings its own Vulkan; the one that Node's tests are pointed at would come before it.
    env: { ...Object.fromEntries(inherited), ...env, VK_ICD_FILENAMES: "" },
  });
  return {
    browser,
    address: server.resolvedUrls?.local[0] ?? "",
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
