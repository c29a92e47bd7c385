import { makeFile } from "./file";
import type { ImportResult } from "./worker";

/** The benchmark's interface to the outside of the page. */
export interface ImportBench {
  prepare(sizeBytes: number, lines: boolean): void;
  /** Imports the prepared file. `longestGapMs` is the longest time the page was unresponsive. */
  run(): Promise<ImportResult & { longestGapMs: number }>;
}

declare global {
  var importBench: ImportBench;
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
let file = new Blob();

globalThis.importBench = {
  prepare: (sizeBytes, lines) => {
    file = makeFile(sizeBytes, lines);
  },
  run: () =>
    new Promise((resolve, reject) => {
      const stop = watchGaps();
      worker.onmessage = ({ data }: MessageEvent<ImportResult>) => resolve({ ...data, longestGapMs: stop() });
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(file);
    }),
};

/** Measures gaps in the page's event loop; the returned function stops and returns the longest. */
function watchGaps(): () => number {
  let longestMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  }, 4);
  return () => {
    clearInterval(timer);
    return longestMs;
  };
}
