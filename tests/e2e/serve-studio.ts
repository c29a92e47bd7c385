import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type ConsoleMessage, type Page } from "playwright-core";
import { build, type InlineConfig, preview } from "vite";
import { browserUnderTest } from "../support/software-gpu";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The production build, being served. */
export interface ServedPage {
  readonly address: string;
  close(): Promise<void>;
}

/** A served build and its folder. */
export interface BuiltPage extends ServedPage {
  readonly folder: string;
}

/** The served studio, and a browser with WebGPU on a software GPU. */
export interface ServedStudio extends ServedPage {
  readonly browser: Browser;
}

/** How to launch the test browser, whatever drives it. */
export interface ChromiumStart {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** Flags that make Chromium offer WebGPU on its software GPU and contact no other servers. */
const webGpuFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The environment of this process with `changes`. */
export function environmentWith(changes: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(inherited), ...changes };
}

/** Launch options of the test browser. */
export async function chromiumStart(): Promise<ChromiumStart> {
  const { executablePath, env } = await browserUnderTest();
  return {
    executablePath,
    args: webGpuFlags,
    // The browser brings its own Vulkan, which the one configured for Node's tests would override.
    env: environmentWith({ ...env, VK_ICD_FILENAMES: "" }),
  };
}

/** Builds as `npm run build` does: under Vitest's NODE_ENV, Vite would build for development. */
export async function buildForProduction(config: InlineConfig): Promise<void> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    await build(config);
  } finally {
    process.env.NODE_ENV = before;
  }
}

/**
 * Builds and serves the studio.
 *
 * @param name of the build's folder, where another program may build at the same time
 */
export async function servePage(name = "studio"): Promise<BuiltPage> {
  const outDir = join(root, "node_modules/.cache/luthier", name);
  const configFile = join(root, "vite.config.ts");
  await buildForProduction({ root, configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const server = await preview({
    root,
    configFile,
    build: { outDir },
    preview: { port: 0, open: false },
    logLevel: "error",
  });
  return { address: server.resolvedUrls?.local[0] ?? "", folder: outDir, close: () => server.close() };
}

/** Collects content security policy violations of a page, and of its worker, which only reports them on the console. */
export function watchViolations(page: Page): string[] {
  const violations: string[] = [];
  const take = (message: ConsoleMessage): void => {
    if (/content security policy|trusted ?(type|script|html)/i.test(message.text()))
      violations.push(message.text());
  };
  page.on("console", take);
  page.on("worker", (worker) => worker.on("console", take));
  return violations;
}

/** Builds and serves the studio and starts a browser. */
export async function serveStudio(): Promise<ServedStudio> {
  const page = await servePage();
  const browser = await chromium.launch(await chromiumStart());
  return {
    browser,
    address: page.address,
    async close() {
      await browser.close();
      await page.close();
    },
  };
}
