import { reasonOf } from "./scope";

/** A contender of a comparison; `run` does the whole job once, including reading the results back. */
export interface Contender {
  readonly name: string;
  /** The device it computes on; its error scopes are checked around every run. */
  readonly device: GPUDevice;
  run(): Promise<Float32Array>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The outcome of a race: median milliseconds by name, and why contenders were disqualified. */
export interface Outcome {
  readonly times: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Times `ours` and its rivals in turn, so that other load on the machine affects all of them equally. A rival is
 * disqualified if its device reports an error or its result is wrong.
 * @param expected the relative error of a result
 * @throws Error if that happens to ours
 */
export async function race(
  ours: Contender,
  rivals: readonly Contender[],
  runs: number,
  expected: (result: Float32Array) => number,
  tolerance: number,
): Promise<Outcome> {
  const field = [ours, ...rivals];
  const times = new Map<string, number[]>(field.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  // The first run is a warm-up, and its result is checked.
  for (let run = 0; run <= runs; run++) {
    for (const contender of field.filter(({ name }) => !failures.has(name))) {
      try {
        const { result, elapsedMs } = await timed(contender);
        if (run === 0) checkResult(contender, expected(result), tolerance);
        else times.get(contender.name)?.push(elapsedMs);
      } catch (error) {
        if (contender === ours) throw error;
        failures.set(contender.name, reasonOf(error));
      }
    }
  }
  for (const name of failures.keys()) times.delete(name);
  return { times: new Map([...times].map(([name, values]) => [name, median(values)])), failures };
}

function checkResult({ name }: Contender, error: number, tolerance: number): void {
  if (!(error <= tolerance)) throw new Error(`${name} is off by ${error} relative`);
}

/** Invalid pipelines appear infinitely fast, so a time only counts if the device reported no error. */
async function timed({ name, device, run }: Contender): Promise<{ result: Float32Array; elapsedMs: number }> {
  const filters = ["validation", "out-of-memory", "internal"] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const start = performance.now();
  const result = await run();
  const elapsedMs = performance.now() - start;
  for (let scope = 0; scope < filters.length; scope++) {
    const error = await device.popErrorScope();
    if (error) throw new Error(`${name}: ${error.message}`);
  }
  return { result, elapsedMs };
}
