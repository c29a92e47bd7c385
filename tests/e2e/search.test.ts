import { describe, expect, it } from "vitest";
import { button, fakePageTests } from "./fake-page/open";

/** The search over settings and commands, and the shortcuts, over a fake worker. */

const withPage = fakePageTests();

describe("the search", () => {
  it("jumps to a field by keyboard, unfolds it, and runs commands", async () => {
    await withPage({ firstVisit: true }, async (page) => {
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      const search = page.getByRole("searchbox", { name: "Search settings" });
      const focused = () =>
        page.evaluate(() => document.activeElement?.closest("[data-field]")?.getAttribute("data-field"));
      await page.keyboard.press("Control+k");
      await search.fill("checkpointing");
      await page.getByRole("option", { name: /Gradient checkpointing/ }).waitFor();
      await page.keyboard.press("Enter");
      await expect.poll(focused).toBe("gradientCheckpointing");
      await page.keyboard.press("Space");
      expect(await page.getByLabel("Gradient checkpointing").isChecked()).toBe(true);

      await page.keyboard.press("Control+k");
      await search.fill("lora_alpha");
      await page.keyboard.press("Enter");
      await expect.poll(focused).toBe("lora_alpha");

      await page.keyboard.press("Control+k");
      await search.fill("nothing like it");
      await page.getByText("Nothing of that name.").waitFor();
      await search.fill("open all");
      await page.keyboard.press("Enter");
      await button(page, "One step at a time").waitFor();
    });
  });

  it("is among the shortcuts, which a question mark lists", async () => {
    await withPage({ query: "pace=100" }, async (page) => {
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Next rows").waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Alt+ArrowDown");
      await page.getByText("4–6 of 240").waitFor();
      await page.keyboard.press("Alt+ArrowUp");
      await page.getByText("1–3 of 240").waitFor();
      await page.keyboard.press("Control+Enter");
      await page
        .getByRole("status")
        .filter({ hasText: /^Step \d+ of \d+/ })
        .waitFor();
      await page.keyboard.press("Control+Enter");
      await page
        .getByRole("status")
        .filter({ hasText: /^Paused/ })
        .waitFor();
    });
  });
});
