import { reasonOf } from "./scope";

/** One contender of a comparison: does the whole job once, results on the host included. */
export interface Contender {
  readonly name: string;
  /** The device it computes on; its error scopes are read around every run. */
  readonly device: GPUDevice;
  run(): Promise<Float32Array>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What a race came to: median milliseconds by name, and why contenders dropped out of it. */
export interface Outcome {
  readonly times: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Times `ours` and its rivals. They take turns, so that whatever else the machine does meets all alike. A rival whose
 * device reports an error, or whose numbers are off, drops out.
 * @param expected how far a result is off, relatively
 * @throws Error where that happens to ours
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
  // The first run warms up and is checked.
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

/** An invalid pipeline runs infinitely fast: no time counts unless the device reported nothing. */
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
