import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CDPSession, chromium, type Page } from "playwright-core";
import { createServer, type Plugin, type ViteDevServer } from "vite";
import { unpackTestBrowser } from "../support/software-gpu";

const here = dirname(fileURLToPath(import.meta.url));
const FILE_BYTES = 200e6;
const HEAP_LIMIT_BYTES = 150e6;
const GAP_LIMIT_MS = 100;
const FLAGS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Imports 200 MB in the test browser, through the worker into IndexedDB, and prints the time, the growth of the
 * worker's heap and the longest time the page was blocked: `node tests/run.mjs tests/bench/import-bench.ts`.
 * @returns 1 if heap or page exceed their limits
 */
export async function main(): Promise<number> {
  const server = await servePage();
  const { executablePath, env } = await unpackTestBrowser();
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
  let status = 0;
  try {
    console.log(`Import of ${FILE_BYTES / 1e6} MB, Chromium ${browser.version()}`);
    for (const lines of [false, true]) {
      const page = await browser.newPage();
      const heap = await WorkerHeap.watch(page);
      await page.goto(server.resolvedUrls?.local[0] ?? "");
      await page.waitForFunction(() => "importBench" in globalThis, undefined, { timeout: 120_000 });
      await page.evaluate(([size, asLines]) => importBench.prepare(size, asLines), [
        FILE_BYTES,
        lines,
      ] as const);
      const { result, growthBytes } = await heap.during(() => page.evaluate(() => importBench.run()));
      console.log(
        `${lines ? "JSON Lines" : "JSON list "}  ${result.rows} rows in ${(result.elapsedMs / 1000).toFixed(1)} s` +
          `  worker's heap +${(growthBytes / 1e6).toFixed(0)} MB  page held up ${result.longestGapMs.toFixed(0)} ms at most`,
      );
      if (growthBytes > HEAP_LIMIT_BYTES || result.longestGapMs > GAP_LIMIT_MS) status = 1;
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return status;
}

const html = '<!doctype html><title>Import</title><script type="module" src="/import/page.ts"></script>';

/** Serves the benchmark's page. */
async function servePage(): Promise<ViteDevServer> {
  const page: Plugin = {
    name: "import-page",
    configureServer: (server) => {
      server.middlewares.use((request, response, next) => {
        if (request.url !== "/") return next();
        response.setHeader("content-type", "text/html").end(html);
      });
    },
  };
  const server = await createServer({
    configFile: false,
    root: here,
    appType: "custom",
    logLevel: "error",
    plugins: [page],
    cacheDir: join(here, "node_modules/.cache/vite-import"),
    server: {
      host: "127.0.0.1",
      port: 0,
      fs: { allow: [join(here, "../..")] },
      watch: null,
      hmr: false,
      ws: false,
    },
    optimizeDeps: { include: ["@streamparser/json", "idb-keyval"], noDiscovery: true },
  });
  return server.listen();
}

/** The heap of a page's worker, read over the DevTools protocol. */
class WorkerHeap {
  readonly #session: CDPSession;
  #worker = "";
  #calls = 0;
  readonly #answers = new Map<number, (result: HeapUsage) => void>();

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker") this.#worker = sessionId;
    });
    session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result } = JSON.parse(message) as { id: number; result: HeapUsage };
      this.#answers.get(id)?.(result);
    });
  }

  /** Starts watching before the page creates its worker. */
  static async watch(page: Page): Promise<WorkerHeap> {
    const session = await page.context().newCDPSession(page);
    const heap = new WorkerHeap(session);
    await session.send("Target.setAutoAttach", {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return heap;
  }

  /** Runs the work and returns the maximum growth of the heap. */
  async during<T>(work: () => Promise<T>): Promise<{ result: T; growthBytes: number }> {
    await this.#ask("HeapProfiler.collectGarbage");
    const before = await this.#usedBytes();
    let peak = before;
    let isDone = false;
    const running = work().finally(() => (isDone = true));
    while (!isDone) {
      peak = Math.max(peak, await this.#usedBytes());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { result: await running, growthBytes: peak - before };
  }

  async #usedBytes(): Promise<number> {
    const { usedSize, backingStorageSize = 0 } = await this.#ask("Runtime.getHeapUsage");
    return usedSize + backingStorageSize;
  }

  #ask(method: string): Promise<HeapUsage> {
    const id = ++this.#calls;
    const message = JSON.stringify({ id, method });
    return new Promise((resolve, reject) => {
      this.#answers.set(id, resolve);
      this.#session.send("Target.sendMessageToTarget", { sessionId: this.#worker, message }).catch(reject);
    });
  }
}

interface HeapUsage {
  readonly usedSize: number;
  /** Bytes of array buffers. */
  readonly backingStorageSize?: number;
}
