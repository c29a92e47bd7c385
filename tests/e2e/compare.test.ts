import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { ask, button, fakePageTests } from "./fake-page/open";

/** The Compare step over a fake worker. */

const withPage = fakePageTests();
const pane = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const compare = (page: Page) => page.locator("#compare");

describe("columns", () => {
  it("are added for further voices, asked together, and removed", async () => {
    await withPage({ query: "pace=1&adapters=2", width: 1920 }, async (page) => {
      await ask(page, "What is a cat?");
      expect(await button(page, "Add a column").count()).toBe(1);
      await button(page, "Add a column").click();
      expect(await page.getByLabel("Model of column 3").locator("option:checked").textContent()).toBe(
        "Adapter 1",
      );
      await pane(page, "Column 3").getByRole("button", { name: "Ask all again" }).click();
      await pane(page, "Column 3").getByText("So says Adapter 1").waitFor({ timeout: 60_000 });
      await button(page, "Add a column").click();
      expect(await button(page, "Add a column").count()).toBe(0);
      await button(page, "Remove column 2").click();
      await button(page, "Remove column 3").click();
      await pane(page, "After").getByText("So says").waitFor();
      expect(await pane(page, "Column 3").count()).toBe(0);
    });
  });
});

describe("a question", () => {
  it("uses the system prompt, ends at a stop sequence, and can be regenerated", async () => {
    await withPage({ query: "pace=1&adapters=1" }, async (page) => {
      await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
      await page.getByRole("textbox", { name: "Stop sequences" }).fill(" in plain");
      await ask(page, "What is a cat?");
      await pane(page, "Before").getByText("ended by a stop sequence").waitFor();
      expect(await pane(page, "Before").getByRole("paragraph").first().textContent()).toBe(
        "A short answer to “What is a cat?”",
      );
      await button(page, "Regenerate").click();
      await pane(page, "After").getByText("ended by a stop sequence").waitFor();
      expect(await compare(page).getByText("Earlier in this conversation").count()).toBe(0);
      await page.reload();
      await page.getByRole("status").first().waitFor();
      expect(await page.getByRole("textbox", { name: "Stop sequences" }).inputValue()).toBe(" in plain");
    });
  });

  it("can be put to a paused run", async () => {
    await withPage({ query: "pace=10" }, async (page) => {
      await page.getByLabel("Max steps").fill("500");
      await button(page, "Train").click();
      await page.getByRole("status").filter({ hasText: "Step 2" }).waitFor();
      await page.getByText("Pause the run to ask, or wait until it ends.").waitFor();
      await button(page, "Pause").click();
      await page.getByText("Pause the run to ask").waitFor({ state: "detached" });
      await ask(page, "What is a cat?");
      await pane(page, "After").getByText("So says The paused run").waitFor();
      await button(page, "Resume").first().click();
      await page.getByText("Pause the run to ask").waitFor();
      await button(page, "Stop").click();
      await page.getByRole("status").filter({ hasText: "Stopped." }).waitFor();
    });
  });
});

describe("answers", () => {
  it("show each token's probability on hover and by keyboard", async () => {
    await withPage({ query: "pace=1&adapters=1" }, async (page) => {
      await ask(page, "What is a cat?");
      await page.getByLabel("Show token probabilities").check();
      const tokens = page.getByRole("listbox", { name: "Token probabilities: after" });
      await tokens.getByRole("option").nth(1).hover();
      await pane(page, "After").getByText("“ word1”: 61").waitFor();
      await tokens.getByRole("option").first().focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      expect(await page.locator(":focus").getAttribute("aria-label")).toMatch(/^ word2, 34/);
      await page.keyboard.press("End");
      await page.keyboard.press("Home");
      await pane(page, "After").getByText("“ word0”: 97").waitFor();
      await page.getByLabel("Show token probabilities").uncheck();
      await tokens.waitFor({ state: "detached" });
    });
  });

  it("can be compared blind, and the tally is kept", async () => {
    await withPage({ query: "pace=1&adapters=1" }, async (page) => {
      await page.getByLabel("Compare blind").check();
      await page.getByRole("textbox", { name: "Message" }).fill("What is a cat?");
      await button(page, "Send").click();
      await button(page, "A is better").waitFor();
      expect(await compare(page).getByRole("region", { name: "After", exact: true }).count()).toBe(0);
      expect(await compare(page).getByText("tokens/s").count()).toBe(0);
      const isAdapter = (await pane(page, "Answer A").textContent())?.includes("matey") ?? false;
      await button(page, isAdapter ? "A is better" : "B is better").click();
      await pane(page, "After").waitFor();
      const ratings = pane(page, "Ratings");
      await ratings.getByText("1 blind choice").waitFor();
      expect(await ratings.textContent()).toContain("The base model 0, Adapter 1 1, no difference 0");
      expect(await ratings.textContent()).toContain("1 pair of answers");
      const downloading = page.waitForEvent("download");
      await button(page, "Save ratings as JSONL").click();
      const [line] = (await readFile(await (await downloading).path(), "utf8")).trim().split("\n");
      expect(JSON.parse(line ?? "")).toMatchObject({
        prompt: [{ role: "user", content: "What is a cat?" }],
        chosen: [{ role: "assistant" }],
        rejected: [{ role: "assistant" }],
      });
      await button(page, "Forget all ratings").click();
      await button(page, "Forget them").click();
      await ratings.waitFor({ state: "detached" });
    });
  });

  it("can be rated, and edited ones are kept as rows", async () => {
    await withPage({ query: "pace=1&adapters=1" }, async (page) => {
      await ask(page, "What is a cat?");
      await button(page, "Good answer: after").click();
      await page.getByText("Your ratings make 1 labelled answer.").waitFor();
      expect(await button(page, "Good answer: after").getAttribute("aria-pressed")).toBe("true");
      await button(page, "Keep as a row: after").click();
      await page.getByLabel("Answer to keep").fill("A cat be a fine beast.");
      await button(page, "Keep the row").click();
      await page.getByText(/^Added to “.*” as its last row\./).waitFor();
      await button(page, "Close").click();
    });
  });
});

describe("the page", () => {
  it("fits 360 to 1920 px in both schemes with all of it shown", async () => {
    await withPage({ query: "pace=1&adapters=3" }, async (page) => {
      const fits = async (state: string): Promise<void> => {
        for (const width of [360, 1280, 1920])
          for (const colorScheme of ["light", "dark"] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme });
            await shoot(page, `${width}-${colorScheme}-${state}`);
            const overflow = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            expect(overflow, `${state} at ${width} px`).toBe(0);
          }
      };
      await ask(page, "What is a cat?");
      await button(page, "Good answer: after").click();
      await page.getByLabel("Mark words that differ").check();
      await button(page, "Show what is sent").click();
      await page.getByText("What is sent: ").waitFor();
      await fits("marked");
      await page.getByLabel("Show token probabilities").check();
      await page
        .getByRole("listbox", { name: "Token probabilities: after" })
        .getByRole("option")
        .nth(3)
        .hover();
      await fits("odds");
      await page.getByLabel("Show token probabilities").uncheck();
      await button(page, "Add a column").click();
      await button(page, "Keep as a row: column 2").click();
      await page.getByLabel("Compare blind").check();
      await fits("columns");
      await page.getByRole("textbox", { name: "Message" }).fill("What is a dog?");
      await button(page, "Send").click();
      await button(page, "A is the best").waitFor();
      await fits("blind");
      await button(page, "A is the best").click();
      await page.getByText("1 blind choice").waitFor();
      await fits("chosen");
    });
  });
});

/** Takes a picture where LUTHIER_SHOTS names a folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.LUTHIER_SHOTS;
  if (folder) await compare(page).screenshot({ path: `${folder}/${name}.png` });
}
