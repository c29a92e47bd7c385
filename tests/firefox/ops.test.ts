import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSoftwareBarrier } from "../../src/engine/gpu/software-gpu";
import type { ServedPage } from "../e2e/serve-studio";
import { opCases } from "../support/op-cases";
import { openFirefox, type TestedBrowser } from "./browsers";
import type { OpsPage } from "./ops-page";
import { serveOps } from "./serve-ops";

/** Every op's forward and gradients against float64 in stock Firefox. */

let served: ServedPage;
let tested: TestedBrowser;
let page: Page;
beforeAll(async () => {
  served = await serveOps();
  tested = await openFirefox();
  page = await tested.browser.newPage();
  await page.goto(served.address);
});
afterAll(async () => {
  await tested.close();
  await served.close();
});

type InPage = { readonly luthierOps: OpsPage };

describe.each(["own", "gpu"] as const)("with the kernel variants: %s", (variants) => {
  beforeAll(async () => {
    const open = (wanted: "own" | "gpu") => (globalThis as unknown as InPage).luthierOps.open(wanted);
    console.log(tested.name, await page.evaluate(open, variants));
  });

  test.each(opCases.map(({ name }) => name))("%s", async (name) => {
    const run = (wanted: string) => (globalThis as unknown as InPage).luthierOps.run([wanted]);
    expect(await page.evaluate(run, name)).toEqual({});
  });
});

test("barriers identify a GPU without a name", async () => {
  const measure = () => (globalThis as unknown as InPage).luthierOps.barrier();
  const microseconds = await page.evaluate(measure);
  console.log(`${microseconds.toFixed(2)} µs a barrier`);
  expect(isSoftwareBarrier(microseconds)).toBe(true);
});
