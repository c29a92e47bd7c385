import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { ServedPage } from "../e2e/serve-studio";

const here = dirname(fileURLToPath(import.meta.url));

/** Bundles the op cases for a browser and serves them as a page. */
export async function serveOps(): Promise<ServedPage> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === "/ops.js";
    response.setHeader("content-type", `text/${isScript ? "javascript" : "html"}; charset=utf-8`);
    response.end(isScript ? script : `<!doctype html><title>Ops</title><script src="/ops.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    root: join(here, "../.."),
    logLevel: "error",
    resolve: { alias: { vitest: join(here, "expect.ts") } },
    build: {
      write: false,
      minify: false,
      target: "es2023",
      lib: { entry: join(here, "ops-page.ts"), formats: ["iife"], name: "luthierOpsBundle" },
    },
  });
  const [output] = [built].flat();
  if (!output || !("output" in output)) throw new Error("the op cases were not bundled");
  return output.output[0].code;
}
