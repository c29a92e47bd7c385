import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { states } from "../screens/states";
import { ask, button, fakePageTests, train } from "./fake-page/open";

/** What axe-core finds on the page in its states: nothing. */

const withPage = fakePageTests();
const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Rules that the page breaks, each with the elements. */
async function findings(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Finding[] }> };
    };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const rules = { "target-size": { enabled: true } };
    return (await axe.run({ runOnly: tags, rules, resultTypes: ["violations"] })).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** Opens a state in which axe-core is at hand. */
async function inState(
  opening: Parameters<typeof withPage>[0],
  reach: (page: Page) => Promise<void>,
): Promise<void> {
  await withPage(opening, async (page) => {
    await page.evaluate(source);
    await button(page, "Train").waitFor();
    await reach(page);
    expect(await findings(page)).toEqual([]);
  });
}

describe("axe-core", () => {
  it("finds no violation on the first visit or in the search", async () => {
    await inState({ firstVisit: true }, async (page) => {
      await page.getByText("Luthier Tiny · 3.41M · bf16").waitFor();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press("Control+k");
      await page.getByRole("searchbox", { name: "Search settings" }).fill("rate");
    });
  });

  it("finds no violation with every step open, in both colour schemes", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await inState({ scheme }, async (page) => {
        await page.getByText("Row 1 as the model reads it").waitFor();
      });
    }
  });

  it("finds no violation in the other states", async () => {
    const covered = ["first", "open", "training", "done", "asked"];
    for (const { name, query, open = false, reach } of states.filter((one) => !covered.includes(one.name))) {
      await withPage({ query, firstVisit: !open }, async (page) => {
        await page.evaluate(source);
        await reach?.(page);
        expect(await findings(page), name).toEqual([]);
      });
    }
  });

  it("finds no violation after a run and an answer, or on a narrow screen", async () => {
    await inState({}, async (page) => {
      await train(page);
      await ask(page, "What is a lantern?");
    });
    await inState({ width: 360 }, async (page) => {
      await train(page);
      await button(page, "Show the run").click();
    });
  });
});
