import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LeftOut, type RivalName, rivalPackages, RIVALS } from "./suite/scope";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");

/**
 * Installs the missing rivals beside the benchmark.
 * @returns the installed rivals, and the others with the reason, so that Luthier is measured without them
 */
export function installRivals(): { readonly rivals: readonly RivalName[]; readonly leftOut: LeftOut[] } {
  const problem = isUpToDate() ? null : install();
  const rivals = RIVALS.filter(isInstalled);
  const why = `it could not be installed: ${problem ?? "its packages are missing from tests/bench/node_modules"}`;
  return {
    rivals,
    leftOut: RIVALS.filter((rival) => !rivals.includes(rival)).map((rival) => ({ rival, why })),
  };
}

/** Whether every package of a rival is in tests/bench/node_modules. */
export function isInstalled(rival: RivalName): boolean {
  return rivalPackages[rival].every((name) => existsSync(join(modules, name, "package.json")));
}

function isUpToDate(): boolean {
  const installed = join(modules, ".package-lock.json");
  const wanted = join(here, "package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

/** Returns npm's first error, or null. */
function install(): string | null {
  console.error("Installing the rivals into tests/bench/node_modules …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status, stderr, error } = spawnSync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: here,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
    timeout: 10 * 60_000,
  });
  if (status === 0) return null;
  const complaint = stderr.split("\n").find((line) => /^npm (error|ERR!) (?!code|syscall|errno)/.test(line));
  return complaint?.replace(/^npm (error|ERR!) /, "") ?? error?.message ?? `npm ended with ${String(status)}`;
}
