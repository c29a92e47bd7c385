// Type check and lint side by side; each prints when it has ended.
import { spawn } from "node:child_process";

/** Runs an npm script, and returns its exit status. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", script], { shell: process.platform === "win32" });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += String(data)));
    child.on("close", (status) => {
      console.log(`== ${script}\n${printed.trim()}`);
      resolve(status ?? 1);
    });
  });
}

process.exitCode = Math.max(...(await Promise.all(["typecheck", "lint"].map(run))));
