import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { preview, type InlineConfig } from "vite";
import { securityPlugin } from "../../../tools/site/content-security-policy";
import { buildForProduction, type ServedPage } from "../serve-studio";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");

/**
 * Builds the page like the product, but with the fake client, and serves it.
 *
 * @param name of the build's folder, where another program may build at the same time
 */
export async function serveFakePage(name = "fake-page"): Promise<ServedPage> {
  const built = join(root, "node_modules/.cache/luthier", name);
  const shared: InlineConfig = {
    root,
    configFile: false,
    logLevel: "error",
    base: "./",
    // A violation of the policy is logged as a console error, which fails the test.
    plugins: [react(), securityPlugin()],
  };
  await buildForProduction({
    ...shared,
    build: {
      target: "es2023",
      outDir: built,
      emptyOutDir: true,
      // A test page may be a single chunk.
      chunkSizeWarningLimit: 5000,
      rolldownOptions: { input: join(here, "index.html") },
    },
    publicDir: false,
  });
  const server = await preview({ ...shared, build: { outDir: built }, preview: { port: 0, open: false } });
  return {
    address: `${server.resolvedUrls?.local[0] ?? ""}tests/e2e/fake-page/index.html`,
    close: () => server.close(),
  };
}
