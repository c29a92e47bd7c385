import { expect, it } from "vitest";
import { fuzz } from "../fuzz/run";

/** A short version of `npm run test:fuzz`, with seeds beyond those of the long one. */
it("every reader accepts mutants or refuses them with a proper error", async () => {
  const { findings, figures } = await fuzz(40, 1_000_000);
  expect(findings).toEqual([]);
  // If all mutants were accepted, or all rejected, the test would show nothing.
  expect(
    figures
      .filter(({ refused, mutants }) => refused === 0 || refused === mutants)
      .map(({ reader }) => reader),
  ).toEqual(["settings"]);
}, 60_000);
