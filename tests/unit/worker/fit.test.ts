import { describe, expect, test } from "vitest";
import { defaultValues } from "../../../src/shared/fields";
import { trainingFields, type TrainingOptions } from "../../../src/shared/training";
import { type PredictBytes, suggestChanges } from "../../../src/worker/fit";

const defaults = defaultValues(trainingFields) as unknown as TrainingOptions;
const training: TrainingOptions = { ...defaults, batchSize: 8, gradientAccumulation: 3, maxLength: 256 };

/** 100 bytes of weights; activations proportional to tokens, a fifth of that with checkpointing. */
const bytesOf = ({ batchSize, maxLength, gradientCheckpointing }: TrainingOptions): number =>
  100 + (batchSize * maxLength) / (gradientCheckpointing ? 5 : 1);
const predict: PredictBytes = (options) => Promise.resolve(bytesOf(options));
const suggest = (budget: number, changes: Partial<TrainingOptions> = {}) =>
  suggestChanges({ ...training, ...changes }, predict, budget);

describe("changes that make a run fit", () => {
  test("are the smallest sufficient ones of each kind", async () => {
    expect(await suggest(1300)).toEqual([
      { kind: "checkpointing", options: { gradientCheckpointing: true }, totalBytes: 509.6, fits: true },
      { kind: "batch", options: { batchSize: 4, gradientAccumulation: 6 }, totalBytes: 1124, fits: true },
      { kind: "length", options: { maxLength: 128 }, totalBytes: 1124, fits: true },
    ]);
  });

  test("keep the rows per step", async () => {
    for (const [batchSize, gradientAccumulation] of [
      [8, 3],
      [7, 1],
      [6, 5],
      [1, 4],
    ] as const) {
      const changes = await suggest(0, { batchSize, gradientAccumulation });
      for (const { options } of changes) {
        const rows =
          (options.batchSize ?? batchSize) * (options.gradientAccumulation ?? gradientAccumulation);
        expect(rows).toBe(batchSize * gradientAccumulation);
      }
      expect(changes.some(({ kind }) => kind === "batch")).toBe(batchSize > 1);
    }
  });

  test("are combined if none is enough, no further than needed", async () => {
    const changes = await suggest(130);
    const [together, ...single] = changes;
    expect(together).toMatchObject({ kind: "together", fits: true });
    expect(together!.totalBytes).toBe(bytesOf({ ...training, ...together!.options }));
    expect(together!.options).toEqual({
      gradientCheckpointing: true,
      batchSize: 1,
      gradientAccumulation: 24,
      maxLength: 128,
    });
    expect(single.map(({ kind }) => kind)).toEqual(["checkpointing", "batch", "length"]);
    expect(single.every(({ fits }) => !fits)).toBe(true);
  });

  test("report if nothing is enough", async () => {
    expect((await suggest(50)).every(({ fits }) => !fits)).toBe(true);
  });

  test("skip active changes, and lengths that leave nothing to learn", async () => {
    const learnable: PredictBytes = (options) =>
      Promise.resolve(options.maxLength < 128 ? null : bytesOf(options));
    const changes = await suggestChanges({ ...training, gradientCheckpointing: true }, learnable, 0);
    expect(changes.some(({ kind }) => kind === "checkpointing")).toBe(false);
    expect(changes.find(({ kind }) => kind === "length")?.options).toEqual({ maxLength: 128 });
  });
});
