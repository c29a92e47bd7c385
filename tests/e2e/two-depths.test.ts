import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { button, fakePageTests } from "./fake-page/open";

/** The first sight of the page, its steps, and the run's button, over a fake worker. */

const withPage = fakePageTests();
const status = (page: Page, words: RegExp) => page.getByRole("status").filter({ hasText: words });
const openSteps = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("main section:has(> details[open])")].map(({ id }) => id),
  );
const enabled = (page: Page, name: string) => expect.poll(() => button(page, name).isEnabled()).toBe(true);

describe("the first visit", () => {
  it("introduces the studio, and shows the result after two clicks", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      const began = performance.now();
      await page.getByText("Teach a small language model from your own examples").waitFor();
      await page.getByText("Nothing is uploaded.").waitFor();
      await enabled(page, "Train");
      expect(
        await page
          .getByRole("listitem")
          .filter({ hasText: "Tell me something about a cat." })
          .first()
          .isVisible(),
      ).toBe(true);
      await page.getByText(/^LoRA r 8 on Luthier Tiny, 240 rows, \d+ steps, .*MB$/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(2 * 800);

      await button(page, "Train").click();
      await page
        .getByText(/^After step \d+/)
        .first()
        .waitFor();
      await status(page, /^Done\./).waitFor();
      await button(page, "See what changed").click();
      await page.getByRole("region", { name: "After" }).getByText("Arr!").waitFor();
      console.log(`two clicks, ${((performance.now() - began) / 1000).toFixed(1)} s over the fake worker`);
      expect(await openSteps(page)).toEqual(["compare"]);

      await button(page, "Score both sides").click();
      await page.getByRole("table", { name: "Scores" }).waitFor();
      await button(page, "Take it with you").click();
      await button(page, "Export adapter").waitFor();
      expect(await openSteps(page)).toEqual(["export"]);
    });
  });

  it("trains the finished adapter further", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      await button(page, "Train").click();
      await status(page, /^Done\./).waitFor();
      await button(page, "Train further").click();
      await page.getByRole("link", { name: /^Export/ }).click();
      await button(page, "Use LoRA 2").waitFor();
    });
  });
});

describe("the steps", () => {
  it("open one at a time, and closed ones show their state", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      await enabled(page, "Train");
      expect(await openSteps(page)).toEqual([]);
      await page.getByText("Luthier Tiny · 3.41M · bf16").waitFor();
      await page.getByRole("link", { name: /^Model/ }).click();
      await page.getByLabel("Base model").waitFor();
      await page.getByRole("heading", { name: "Train", exact: true }).click();
      await page.getByLabel("Learning rate").waitFor();
      expect(await openSteps(page)).toEqual(["train"]);
      expect(page.url()).toMatch(/#train$/);
      const shown = page.locator("#train [data-field]:visible");
      expect(await shown.count()).toBe(5);
      await page.reload();
      await page.getByLabel("Learning rate").waitFor();
      await page.getByRole("heading", { name: "Train", exact: true }).click();
      await expect.poll(() => openSteps(page)).toEqual([]);
    });
  });

  it("stay open together if the user chooses so, also after a reload", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      await button(page, "Open all steps").click();
      await page.getByLabel("Seed").waitFor();
      await page.getByRole("radio", { name: "X-LoRA", exact: true }).waitFor();
      await page.reload();
      await page.getByLabel("Seed").waitFor();
      expect(await openSteps(page)).toEqual(["data", "model", "method", "train", "compare", "export"]);
      await button(page, "One step at a time").click();
      expect(await openSteps(page)).toHaveLength(1);
    });
  });
});

describe("the run's button", () => {
  it("shows warnings with a link to the field and a fix", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      const panel = page.getByRole("complementary", { name: "Run" });
      await page.getByRole("link", { name: /^Train/ }).click();
      await page.getByLabel("Learning rate").fill("1");
      await panel.getByText("The learning rate is above the usual range").waitFor();
      await page.getByRole("link", { name: /^Data/ }).click();
      await panel.getByRole("link", { name: "Learning rate" }).click();
      await expect
        .poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value))
        .toBe("1");
      await page.getByRole("button", { name: /^Set Learning rate to 0\.\d+$/ }).click();
      await expect.poll(() => page.getByLabel("Learning rate").inputValue()).not.toBe("1");
      await panel.getByText("The learning rate is above").waitFor({ state: "detached" });
    });
  });

  it("keeps focus throughout the run, and the live region reports every tenth of it", async () => {
    await withPage({ query: "pace=60" }, async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await enabled(page, "Train");
      await page.evaluate(() => {
        const region = document.querySelector("#run [aria-live=polite]");
        const said: string[] = [];
        Object.assign(window, { said });
        if (region)
          new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, {
            childList: true,
            characterData: true,
            subtree: true,
          });
      });
      await page.getByLabel("Max steps").fill("40");
      await enabled(page, "Train");
      await button(page, "Train").focus();
      await page.keyboard.press("Enter");
      await status(page, /^Step \d+ of \d+/).waitFor();
      expect(await focused()).toBe("Pause");
      await page.keyboard.press("Enter");
      await status(page, /^Paused/).waitFor();
      expect(await focused()).toBe("Resume");
      await page.keyboard.press("Enter");
      await status(page, /^Done\./).waitFor();
      expect(await focused()).toBe("See what changed");
      const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
      expect(said[0]).toMatch(/^Training has begun: \d+ steps\.$/);
      expect(said.at(-1)).toMatch(/^Done\. Step/);
      expect(said.some((words) => words.startsWith("50 %, loss"))).toBe(true);
      expect(said.length).toBeLessThan(16);
    });
  });
});
