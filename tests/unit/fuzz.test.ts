import { expect, it } from "vitest";
import { fuzz } from "../fuzz/run";

/** A short form of `npm run test:fuzz`; its seeds lie behind those of the long one. */
it("every reader takes mutants, or refuses them in its own words", async () => {
  const { findings, figures } = await fuzz(40, 1_000_000);
  expect(findings).toEqual([]);
  // Mutants that were all accepted, or all refused, would show nothing.
  expect(
    figures
      .filter(({ refused, mutants }) => refused === 0 || refused === mutants)
      .map(({ reader }) => reader),
  ).toEqual(["settings"]);
}, 60_000);
