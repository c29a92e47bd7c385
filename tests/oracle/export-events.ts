import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventFile } from "../../src/export/runs/event-file";

/* An event file of made-up curves, with long steps and special numbers, and its expected values as JSON. */
const startedAt = Date.UTC(2026, 10, 28, 9, 0, 0);
const steps = Array.from({ length: 300 }, (_, index) => ({
  step: index * index + 1,
  epoch: index / 20,
  loss: index === 7 ? Infinity : 3 * Math.exp(-index / 40),
  learningRate: 2e-4 * (1 - index / 300),
  gradNorm: 1 + index,
  supervisedTokens: 100,
  activeMs: index * 321,
}));
const validation = steps.filter((_, index) => index % 50 === 0).map(({ step, loss }) => ({ step, loss }));
/** Writes them into the folder given as argument. */
export async function main([folder = "."]: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "events.out.tfevents.1.luthier-run-1"),
    eventFile({ startedAt }, { steps, validation }),
  );
  await writeFile(
    join(folder, "expected.json"),
    JSON.stringify({
      startedAt,
      steps: steps.map((step) => ({ ...step, loss: String(step.loss) })),
      validation: validation.map(({ step, loss }) => ({ step, loss: String(loss) })),
    }),
  );
}
