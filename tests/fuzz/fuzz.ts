import { Worker } from "node:worker_threads";
import { fuzz } from "./run";
import { readers } from "./readers";

/** A mutant that takes longer than this counts as a hang. */
const HANG_MS = 60_000;

/**
 * Reads mutants of every kind of file, setting and response, and prints statistics.
 *
 * npm run test:fuzz -- [total mutants] [first seed] [one reader]
 */
export async function main([count = "20000", first = "1", only]: readonly string[]): Promise<number> {
  const names = Object.keys(readers);
  const each = Math.ceil(Number(count) / (only === undefined ? names.length : 1));
  const watch = new Watch(names);
  const started = performance.now();
  const { findings, figures } = await fuzz(
    each,
    Number(first),
    (reader, seed) => watch.begin(reader, seed),
    only ?? null,
  );
  watch.end();
  const lines = figures.map(
    ({ reader, mutants, refused, slowestMs, mostGrowthBytes }) =>
      `| ${reader} | ${mutants} | ${refused} | ${Math.round(slowestMs)} ms | ${Math.round(mostGrowthBytes / 2 ** 20)} MiB |`,
  );
  const text = [
    "| reader | mutants | refused | slowest | most growth |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
    `${each * figures.length} mutants in ${Math.round((performance.now() - started) / 1000)} s, ${findings.length} findings`,
    ...findings
      .slice(0, 40)
      .map(({ reader, seed, what }) => `\n${reader}, seed ${seed}: ${what.slice(0, 700)}`),
  ];
  process.stdout.write(`${text.join("\n")}\n`);
  return findings.length === 0 ? 0 : 1;
}

/** Watches from another thread, which keeps running if this one hangs: it names the mutant and ends the process. */
class Watch {
  /** The reader, the seed, and the start time in ms. */
  readonly #now = new Float64Array(new SharedArrayBuffer(3 * 8));
  readonly #names: readonly string[];
  readonly #worker: Worker;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#worker = new Worker(
      `const { workerData } = require("node:worker_threads");
       setInterval(() => {
         const [reader, seed, began] = workerData.now;
         if (began === 0 || Date.now() - began < ${HANG_MS}) return;
         require("node:fs").writeSync(2, workerData.names[reader] + ", seed " + seed + ": does not end\\n");
         process.kill(process.pid, "SIGKILL");
       }, 1000);`,
      { eval: true, workerData: { now: this.#now, names } },
    );
  }

  begin(reader: string, seed: number): void {
    this.#now.set([this.#names.indexOf(reader), seed, Date.now()]);
  }

  end(): void {
    void this.#worker.terminate();
  }
}
