import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { createServer, type Plugin, type ViteDevServer } from "vite";
import { unpackTestBrowser } from "../support/software-gpu";
import type { Place, Section } from "./place";
import { isInstalled } from "./rivals";
import { rivalPackages, RIVALS, type Scope } from "./suite/scope";

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

/** The page is generated here, since an HTML file in the tree would be crawled by the studio's own dev server. */
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

/** Timeout of a section: nanogpt trains for many minutes on a software GPU. */
const LIMIT_MINUTES = 60;
const QUICK_LIMIT_MINUTES = 10;

/** Stubs packages that are not installed, since the server rejects modules with unresolved imports. */
function absentRivals(): Plugin {
  const absent = new Set<string>(
    RIVALS.filter((rival) => !isInstalled(rival)).flatMap((rival) => rivalPackages[rival]),
  );
  return {
    name: "bench-absent-rivals",
    enforce: "pre",
    resolveId: (id) => (absent.has(id) ? `\0absent:${id}` : null),
    load: (id) => (id.startsWith("\0absent:") ? "throw new Error('it is not installed')" : null),
  };
}

/** Starts the test browser on a server of the benchmark's page; each section gets its own page. */
export async function openBrowser(): Promise<Place> {
  const server = await createServer({
    configFile: false,
    root: here,
    appType: "custom",
    logLevel: "error",
    plugins: [page, absentRivals()],
    cacheDir: join(here, "node_modules/.cache/vite"),
    server: { host: "127.0.0.1", port: 0, fs: { allow: [root] }, watch: null, hmr: false, ws: false },
    optimizeDeps: { entries: ["page/main.ts"] },
  });
  await server.listen();
  const { executablePath, env } = await unpackTestBrowser();
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
  return {
    name: `Chromium ${browser.version()}`,
    run: (section, scope) => runSection(browser, server, section, scope),
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
  scope: Scope,
): Promise<T> {
  const tab = await browser.newPage();
  const faults: string[] = [];
  try {
    const broken = new Promise<never>((_, reject) => {
      tab.on("pageerror", (error) => {
        faults.push(error.message);
        reject(error);
      });
    });
    await tab.goto(server.resolvedUrls?.local[0] ?? "");
    const started = tab.waitForFunction(() => "luthierBench" in globalThis, undefined, { timeout: 120_000 });
    await Promise.race([started, broken]);
    const result = tab.evaluate<T>(`(${String(section)})(luthierBench, ${JSON.stringify(scope)})`);
    return await withinLimit(result, scope.quick ? QUICK_LIMIT_MINUTES : LIMIT_MINUTES);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error([...new Set([reason, ...faults])].join("\n"), { cause });
  } finally {
    await tab.close();
  }
}

async function withinLimit<T>(work: Promise<T>, minutes: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${minutes} minutes`)), minutes * 60_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
