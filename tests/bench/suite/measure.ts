/** One contender of a comparison: does the whole job once, results on the host included. */
export interface Contender {
  readonly name: string;
  /** The device it computes on; its error scopes are read around every run. */
  readonly device: GPUDevice;
  run(): Promise<Float32Array>;
}

/** Runs that count, after one that warms up. */
export const RUNS = 7;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Median milliseconds of each contender. They take turns, so that whatever else the machine does meets all alike.
 * Errors: a contender whose device reports an error, or whose numbers differ from `expected`.
 */
export async function race(
  contenders: readonly Contender[],
  expected: (result: Float32Array) => number,
  tolerance: number,
): Promise<ReadonlyMap<string, number>> {
  for (const contender of contenders) {
    const { result } = await timed(contender);
    const error = expected(result);
    if (!(error <= tolerance)) throw new Error(`${contender.name} is off by ${error} relative`);
  }
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const contender of contenders) times.get(contender.name)!.push((await timed(contender)).elapsedMs);
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
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
