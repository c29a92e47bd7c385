import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { createServer, type Plugin, type ViteDevServer } from "vite";
import { unpackTestBrowser } from "../support/software-gpu";
import type { Place, Section } from "./place";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");

const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The page is made here: a file of HTML in the tree would be crawled by the studio's own dev server. */
const page: Plugin = {
  name: "bench-page",
  configureServer: (server) => {
    server.middlewares.use((request, response, next) => {
      if (request.url !== "/") return next();
      response.setHeader("content-type", "text/html");
      response.end(
        `<!doctype html><title>Luthier bench</title><script type="module" src="/page/main.ts"></script>`,
      );
    });
  },
};

/** Starts the test browser on a server of the benchmark's page; each section gets a page of its own. */
export async function openBrowser(): Promise<Place> {
  const server = await createServer({
    configFile: false,
    root: here,
    appType: "custom",
    logLevel: "error",
    plugins: [page],
    cacheDir: join(here, "node_modules/.cache/vite"),
    server: { host: "127.0.0.1", port: 0, fs: { allow: [root] }, watch: null, hmr: false, ws: false },
    optimizeDeps: { entries: ["page/main.ts"] },
  });
  await server.listen();
  const { executablePath, env } = await unpackTestBrowser();
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
  return {
    name: `Chromium ${browser.version()}`,
    run: (section, withRivals) => runSection(browser, server, section, withRivals),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function runSection<T>(
  browser: Browser,
  server: ViteDevServer,
  section: Section<T>,
  withRivals: boolean,
): Promise<T> {
  const tab = await browser.newPage();
  const faults: string[] = [];
  tab.on("pageerror", (error) => faults.push(error.message));
  try {
    await tab.goto(server.resolvedUrls?.local[0] ?? "");
    await tab.waitForFunction(() => "luthierBench" in globalThis, undefined, { timeout: 120_000 });
    return await tab.evaluate<T>(`(${String(section)})(luthierBench, ${withRivals})`);
  } catch (cause) {
    throw new Error([cause instanceof Error ? cause.message : String(cause), ...faults].join("\n"), {
      cause,
    });
  } finally {
    await tab.close();
  }
}
