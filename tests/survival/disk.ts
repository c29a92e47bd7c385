import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Studio } from "./studio";

/** Room for the browser's own files and a few of the studio's. */
const SIZE_MB = 160;
const PIECE = Buffer.alloc(1 << 20);

/** Storage that can be filled up. */
export interface Disk {
  readonly kind: "tmpfs" | "quota";
  fill(studio: Studio): Promise<void>;
  free(studio: Studio): Promise<void>;
  remove(): void;
}

/** A small file system mounted over a folder; where mounting is not allowed, the browser's quota replaces it. */
export function makeDisk(folder: string): Disk {
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MB}m`, "tmpfs", folder]);
  return status === 0 ? tmpfs(folder) : quota;
}

function tmpfs(folder: string): Disk {
  const filler = join(folder, "filler");
  return {
    kind: "tmpfs",
    fill() {
      const file = openSync(filler, "a");
      try {
        // In smaller and smaller pieces, until no byte is left.
        for (let size = PIECE.length; size >= 1; size >>= 1) while (writes(file, size));
      } finally {
        closeSync(file);
      }
      return Promise.resolve();
    },
    free() {
      rmSync(filler, { force: true });
      return Promise.resolve();
    },
    remove() {
      spawnSync("umount", ["-l", folder]);
    },
  };
}

function writes(file: number, size: number): boolean {
  try {
    return writeSync(file, PIECE, 0, size) === size;
  } catch {
    return false;
  }
}

const quota: Disk = {
  kind: "quota",
  fill: (studio) => override(studio, { quotaSize: 1 }),
  free: (studio) => override(studio, {}),
  remove: () => undefined,
};

async function override(studio: Studio, size: { quotaSize?: number }): Promise<void> {
  const devtools = await studio.browser.context.newCDPSession(studio.page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(studio.address).origin, ...size });
}
