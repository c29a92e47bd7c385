import { LuthierError } from "../../src/lib/errors";
import { makeRng } from "../../src/lib/rng";
import { type Reader, readers } from "./readers";

/** Limits of time and memory growth per mutant. */
export const MOST_MS = 2000;
export const MOST_GROWTH_BYTES = 256 * 2 ** 20;

/** A mutant that a reader did not handle correctly. */
export interface Finding {
  readonly reader: string;
  readonly seed: number;
  readonly what: string;
}

/** Statistics of one reader's mutants. */
export interface ReaderFigures {
  readonly reader: string;
  readonly mutants: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly mostGrowthBytes: number;
}

export interface FuzzResult {
  readonly findings: readonly Finding[];
  readonly figures: readonly ReaderFigures[];
}

/**
 * Gives each reader `each` mutants, numbered from `first`: equal numbers give equal mutants.
 * @param begin is called before each mutant is read, so that a watchdog can name one that never ends
 */
export async function fuzz(
  each: number,
  first = 1,
  begin: (reader: string, seed: number) => void = () => undefined,
  only: string | null = null,
): Promise<FuzzResult> {
  const findings: Finding[] = [];
  const figures: ReaderFigures[] = [];
  for (const [index, [reader, read]] of Object.entries(readers).entries()) {
    if (only !== null && reader !== only) continue;
    let [refused, slowestMs, mostGrowthBytes] = [0, 0, 0];
    // The first call also loads the corpus.
    await judge(read, 0, index);
    for (let seed = first; seed < first + each; seed++) {
      begin(reader, seed);
      const { fault, isRefused, ms, growthBytes } = await judge(read, seed, index);
      if (fault !== null) findings.push({ reader, seed, what: fault });
      if (isRefused) refused++;
      slowestMs = Math.max(slowestMs, ms);
      mostGrowthBytes = Math.max(mostGrowthBytes, growthBytes);
    }
    figures.push({ reader, mutants: each, refused, slowestMs, mostGrowthBytes });
  }
  return { findings, figures };
}

interface Judgement {
  readonly fault: string | null;
  readonly isRefused: boolean;
  readonly ms: number;
  readonly growthBytes: number;
}

async function judge(read: Reader, seed: number, index: number): Promise<Judgement> {
  const before = { peak: peakBytes(), now: process.memoryUsage.rss(), at: performance.now() };
  let fault: string | null = null;
  let isRefused = false;
  try {
    await read(makeRng(seed, index));
  } catch (error) {
    isRefused = error instanceof LuthierError;
    if (!isRefused) fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    else if (error instanceof LuthierError && error.code === "internal") fault = error.message;
  }
  const ms = performance.now() - before.at;
  // A peak below an earlier one is invisible, but then the growth fits within memory used before.
  const growthBytes = peakBytes() > before.peak ? peakBytes() - before.now : 0;
  if (ms > MOST_MS) fault ??= `took ${Math.round(ms)} ms`;
  if (growthBytes > MOST_GROWTH_BYTES) fault ??= `grew by ${Math.round(growthBytes / 2 ** 20)} MiB`;
  return { fault, isRefused, ms, growthBytes };
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
