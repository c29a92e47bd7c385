import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { BenchModel } from "./models";

const FINDS_CUDA = "import peft, torch, transformers; print(torch.cuda.is_available())";

/** An interpreter with PEFT and a PyTorch that computes on a card: LUTHIER_PYTHON, or one of the path; null if none. */
function findPython(): string | null {
  const candidates = [process.env.LUTHIER_PYTHON, "python3", "python"].filter((name) => name !== undefined);
  const hasCuda = (python: string): boolean =>
    spawnSync(python, ["-c", FINDS_CUDA], { encoding: "utf8" }).stdout?.trim() === "True";
  return candidates.find(hasCuda) ?? null;
}

/** PyTorch's figures for the models, or why there are none. */
export function measureTorch(
  models: Readonly<Record<string, BenchModel>>,
  timeoutMs: number,
): Readonly<Record<string, unknown>> {
  const python = findPython();
  if (!python) return { skipped: "no Python with PEFT and a PyTorch for CUDA (LUTHIER_PYTHON names one)" };
  const configs = Object.fromEntries(
    Object.entries(models).map(([name, { config, rows, length }]) => [name, { config, rows, length }]),
  );
  const script = join(import.meta.dirname, "torch_peft.py");
  const { stdout, stderr, status } = spawnSync(python, [script, "cuda", JSON.stringify(configs)], {
    encoding: "utf8",
    timeout: timeoutMs,
  });
  const [reason = ""] = stderr.trim().split("\n").slice(-1);
  return status === 0
    ? (JSON.parse(stdout) as Record<string, unknown>)
    : { skipped: reason || "no time left" };
}
