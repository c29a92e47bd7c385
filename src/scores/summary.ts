import { makeRng } from "../lib/rng";
import {
  SCORE_IDS,
  type ScoreDifference,
  type ScoredAnswer,
  type ScoredRow,
  type ScoreId,
  scoreSpecs,
  type ScoreSummary,
  type ScoreValues,
} from "../shared/scores";

/** One score's values for a row, one per side, and their weight. */
interface Sample {
  readonly values: readonly number[];
  readonly weight: number;
}

const RESAMPLES = 1000;
const SEED = 20;

/** Summarises every score that occurs, over the rows that have it on all sides. */
export function summarise(rows: readonly ScoredRow[]): ScoreSummary[] {
  return SCORE_IDS.flatMap((id) => {
    const samples = rows.flatMap((row) => sampleOf(row, id));
    if (samples.length === 0) return [];
    const sides = samples[0]?.values.length ?? 0;
    const means = Array.from({ length: sides }, (_, side) => meanOf(id, samples, side));
    const difference = sides > 1 ? compare(id, samples, sides - 1) : null;
    return [{ id, rows: samples.length, means, difference }];
  });
}

/** The mean of every score that any answer has, over the answers that have it. */
export function meanScores(
  rows: readonly Pick<ScoredRow, "expectedTokens">[],
  answers: readonly ScoredAnswer[],
): ScoreValues {
  const scored = rows.map(({ expectedTokens }, index) => ({
    ...{ question: "", expected: "", expectedTokens },
    answers: answers.slice(index, index + 1),
  }));
  return Object.fromEntries(
    SCORE_IDS.flatMap((id) => {
      const samples = scored.flatMap((row) => sampleOf(row, id));
      return samples.length === 0 ? [] : [[id, meanOf(id, samples, 0)]];
    }),
  );
}

function sampleOf({ answers, expectedTokens }: ScoredRow, id: ScoreId): Sample[] {
  const values = answers.flatMap(({ values }) => values[id] ?? []);
  if (values.length < answers.length) return [];
  // Weighted by tokens, like a run's validation loss.
  return [{ values, weight: scoreSpecs[id].by === "likelihood" ? expectedTokens : 1 }];
}

/** Mean of a side; for perplexity, exp of the mean loss. */
function meanOf(id: ScoreId, samples: readonly Sample[], side: number): number {
  const [into, back] = id === "perplexity" ? [Math.log, Math.exp] : [Number, Number];
  let [sum, weights] = [0, 0];
  for (const { values, weight } of samples) {
    sum += weight * into(values[side] ?? 0);
    weights += weight;
  }
  return back(sum / weights);
}

function compare(id: ScoreId, samples: readonly Sample[], last: number): ScoreDifference {
  const differ = (some: readonly Sample[]): number => meanOf(id, some, last) - meanOf(id, some, 0);
  const random = makeRng(SEED, samples.length);
  const draws = new Float64Array(RESAMPLES);
  for (let draw = 0; draw < RESAMPLES; draw++) {
    draws[draw] = differ(samples.flatMap(() => samples[random.integer(samples.length)] ?? []));
  }
  draws.sort();
  const gains = samples.map(({ values }) => gain(id, values[0] ?? 0, values[last] ?? 0));
  const counts = {
    wins: gains.filter((value) => value > 0).length,
    ties: gains.filter((value) => value === 0).length,
    losses: gains.filter((value) => value < 0).length,
  };
  return {
    mean: differ(samples),
    low: quantile(draws, 0.025),
    high: quantile(draws, 0.975),
    counts: scoreSpecs[id].better === "neither" ? null : counts,
  };
}

/** How much better `after` is than `before`; 0 for scores without a better direction. */
function gain(id: ScoreId, before: number, after: number): number {
  const { better } = scoreSpecs[id];
  if (better === "neither") return 0;
  return better === "higher" ? after - before : before - after;
}

/** Quantile of sorted values, interpolated linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below = 0, above = below] = sorted.subarray(Math.floor(place), Math.floor(place) + 2);
  return below + (place - Math.floor(place)) * (above - below);
}
