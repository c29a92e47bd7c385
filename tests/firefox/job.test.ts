import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servePage, type ServedPage } from "../e2e/serve-studio";
import { openChromium, openFirefox, type TestedBrowser } from "./browsers";
import { methodSpecs } from "../../src/shared/methods";
import { doJob, type JobResult, METHODS } from "./job";
import { StudioPage } from "./studio-page";

/** A newcomer's whole job in the built studio in stock Firefox, and the same beside it in Chromium. */

/** Both compute in f32 with the same formulas; only the kernels' summation orders differ. */
const LOSS_TOLERANCE = 1e-4;

let served: ServedPage;
beforeAll(async () => {
  served = await servePage();
});
afterAll(() => served.close());

/**
 * Decoding waits for the GPU once per token. With a browser that polls every 100 ms, Firefox had a fifteenth of
 * Chromium's speed; now it has about half. Less than this is beyond noise and compiler differences.
 */
const SPEED_SHARE = 1 / 4;

test("covers every group of methods", () => {
  const groups = METHODS.map(({ id }) => methodSpecs[id].group);
  expect(new Set(groups)).toEqual(new Set(Object.values(methodSpecs).map(({ group }) => group)));
});

const results = new Map<string, JobResult>();

describe.each([
  ["Chromium", openChromium],
  ["Firefox", openFirefox],
] as const)("in %s", (name, open) => {
  let tested: TestedBrowser;
  beforeAll(async () => {
    tested = await open();
  });
  afterAll(() => tested.close());

  test("a first-time user's whole workflow", async () => {
    const studio = await StudioPage.open(tested, served.address);
    const result = await doJob(studio);
    console.log(tested.name, JSON.stringify(result));
    expect(studio.errors).toEqual([]);
    results.set(name, result);
  });

  test("changes the answer, and gives the same one after exporting and reloading the adapter", () => {
    const { trained, imported } = results.get(name)!;
    expect(trained.after).not.toBe(trained.before);
    expect(imported).toEqual(trained);
  });
});

test("decodes at a speed comparable to Chromium's", () => {
  const [chromium, firefox] = [results.get("Chromium")!, results.get("Firefox")!];
  const speeds = `${firefox.speed} tokens/s in Firefox, ${chromium.speed} in Chromium`;
  console.log(speeds);
  expect(firefox.speed / chromium.speed, speeds).toBeGreaterThan(SPEED_SHARE);
});

test("gives Chromium's loss at every step", () => {
  const [chromium, firefox] = [results.get("Chromium")!, results.get("Firefox")!];
  expect(Object.keys(firefox.losses)).toEqual(Object.keys(chromium.losses));
  for (const [run, expected] of Object.entries(chromium.losses)) {
    const got = firefox.losses[run]!;
    expect(got.length, run).toBe(expected.length);
    expect(expected.length, run).toBeGreaterThan(1);
    expected.forEach((loss, step) => {
      const difference = Math.abs(got[step]! - loss) / loss;
      expect(difference, `${run}, step ${step + 1}: ${got[step]} for ${loss}`).toBeLessThan(LOSS_TOLERANCE);
    });
  }
});
