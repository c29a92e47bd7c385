import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { putIntoDocs } from "../support/docs-table";
import { methodOfCase } from "../support/golden";
import type { Observation } from "../support/observe";
import { capabilityTable } from "./capabilities";

/** Output of the Python checks, which identify golden cases by name. */
type Line = Observation | { readonly case: string; readonly fact: "loaded by"; readonly value: string };

/**
 * Runs the contract and the goldens, and the checks of exports if tests/oracle/setup.sh has installed their Python, and
 * prints the observations for each method, also into docs/methods.md. LUTHIER_GOLDENS selects another folder of
 * goldens. Returns 1 if a check failed; the docs then stay as they are, since the table is incomplete.
 */
export async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "luthier-observed-"));
  const env = { ...process.env, LUTHIER_CASES: "all", LUTHIER_OBSERVATIONS: folder };
  const run = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: ["ignore", 2, 2], env }).status === 0;
  try {
    const passed = [
      run("npx", "vitest", "run", "--project", "gpu", "tests/gpu/contract.test.ts", "tests/gpu/golden-"),
      ...checkExports(run, join(folder, "exports")),
    ];
    const table = capabilityTable(readObservations(folder));
    console.log(table);
    if (!passed.every(Boolean)) return 1;
    putIntoDocs("table:capabilities", table);
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads our exports with the reference libraries that are installed. */
function checkExports(run: (command: string, ...args: string[]) => boolean, exports: string): boolean[] {
  const venv = process.env.LUTHIER_VENV ?? join(homedir(), ".cache/luthier/venv");
  const checks = [
    [join(venv, "bin/python"), "tests/oracle/check_exports.py"],
    [join(`${venv}-adapters`, "bin/python"), "tests/oracle/check_adapters.py"],
  ] as const;
  const installed = checks.filter(([python]) => existsSync(python));
  if (installed.length === 0) {
    console.error("No Python of tests/oracle/setup.sh: who loads the exports stays open.");
    return [];
  }
  const exported = run("node", "tests/run.mjs", "tests/oracle/export-goldens.ts", exports);
  return [exported, ...installed.map(([python, script]) => run(python, script, exports))];
}

function readObservations(folder: string): Observation[] {
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line) as Line);
  return lines.map((line) => {
    if ("method" in line) return line;
    const [family = "", name = ""] = line.case.split("/");
    const { fact, value } = line;
    return { method: methodOfCase(family, name), model: family, fact, value };
  });
}
