import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleShader } from "../../src/engine/gpu/shaders";
import { kernelKey } from "../../src/engine/gpu/kernel";
import { allKernels } from "../support/kernels";

/**
 * Compiles every kernel and variant with naga through check_naga.py, on the adapter selected by this process's
 * environment: `npm run check:naga`, that is `node tests/run.mjs tests/oracle/naga.ts PYTHON`
 */
export async function main([python]: string[]): Promise<number> {
  if (!python)
    throw new Error("usage: naga.ts PYTHON, the interpreter that `tests/oracle/setup.sh naga` names");
  const kernels = allKernels().map((kernel) => ({
    name: kernel.shader,
    key: kernelKey(kernel),
    code: assembleShader(kernel),
    requires: kernel.requires,
  }));
  const folder = mkdtempSync(join(tmpdir(), "luthier-naga-"));
  try {
    const path = join(folder, "kernels.json");
    writeFileSync(path, JSON.stringify(kernels));
    const check = join(import.meta.dirname, "check_naga.py");
    const { status, error } = spawnSync(python, [check, path], { stdio: "inherit" });
    if (error) throw new Error(`cannot run ${python}: ${error.message}`);
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
