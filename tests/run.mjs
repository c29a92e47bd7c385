// Runs a TypeScript program of tests/ in Node, with the project's own module rules and WebGPU at hand:
//   node tests/run.mjs [--native] tests/bench/bench.ts [arguments]
// Unless LUTHIER_GPU=native or --native is set (and no --software among the arguments), WebGPU computes on the software
// GPU of the test browser, which has to be in the environment when the process starts: so the program runs in a child.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { createServer } from "vite";

const wantsNative = process.argv[2] === "--native";
const [program, ...args] = process.argv.slice(wantsNative ? 3 : 2);
const server = await createServer({
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});

let status;
try {
  const isNative = process.env.LUTHIER_GPU === "native" || (wantsNative && !args.includes("--software"));
  const native = isNative || process.platform !== "linux";
  if (native || process.env.LUTHIER_RUN_CHILD) {
    await server.ssrLoadModule(resolve("tests/support/worded.ts"));
    const { main } = await server.ssrLoadModule(resolve(program));
    status = (await main(args)) ?? 0;
  } else {
    const { unpackTestBrowser } = await server.ssrLoadModule(resolve("tests/support/software-gpu.ts"));
    const { env } = await unpackTestBrowser();
    const child = spawnSync(process.execPath, process.argv.slice(1), {
      stdio: "inherit",
      env: { ...process.env, ...env, LUTHIER_RUN_CHILD: "1" },
    });
    status = child.status ?? 1;
  }
} finally {
  await server.close();
}
process.exit(status);
