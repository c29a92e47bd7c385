import { describe, expect, it } from "vitest";
import { faintTexts } from "./fake-page/contrast";
import { ask, button, fakePageTests, train } from "./fake-page/open";

/** The page's behaviour over a fake worker: keyboard, colours, widths. */

const withPage = fakePageTests();

describe("page behaviour", () => {
  it("makes every control reachable by keyboard", async () => {
    await withPage({}, async (page) => {
      await button(page, "Train").waitFor();
      await page.getByText("Row 1 as the model reads it").waitFor();
      const wanted = [
        ...[
          "Dataset file",
          "Prompt template",
          "Base model",
          "Model files",
          "LoRA",
          "r",
          "bias",
          "use_rslora",
        ],
        ...["Epochs", "Seed", "Message", "Temperature", "Adapter files", "Train"],
      ];
      const reached = new Set<string>();
      for (let i = 0; i < 260 && wanted.some((name) => !reached.has(name)); i++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => {
          const element = document.activeElement;
          if (!element || element === document.body) return null;
          const label = element.getAttribute("aria-label");
          const labels =
            element instanceof HTMLInputElement ||
            element instanceof HTMLSelectElement ||
            element instanceof HTMLTextAreaElement
              ? element.labels?.[0]?.textContent
              : null;
          return label ?? labels ?? element.textContent;
        });
        if (name === null) break;
        reached.add(name);
      }
      expect(wanted.filter((name) => !reached.has(name))).toEqual([]);
      await page.getByRole("radio", { name: "LoRA", exact: true }).focus();
      await page.keyboard.press("ArrowRight");
      expect(await page.getByRole("radio", { name: "LoKr", exact: true }).isChecked()).toBe(true);
    });
  });

  it("has a skip link to the run", async () => {
    await withPage({}, async (page) => {
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      await page.getByRole("link", { name: "Skip to the run" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").innerText()).toBe("Train");
    });
  });

  it("redraws charts when the system's colour scheme changes", async () => {
    await withPage({}, async (page) => {
      await train(page);
      const lines = (): Promise<number> => page.evaluate(countGridPixels);
      await expect.poll(lines).toBeGreaterThan(100);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator('[data-mantine-color-scheme="dark"]').waitFor();
      await expect.poll(lines).toBeGreaterThan(100);
      await page.emulateMedia({ colorScheme: "light" });
      await page.locator('[data-mantine-color-scheme="light"]').waitFor();
      await expect.poll(lines).toBeGreaterThan(100);
    });
  });

  it("fits 360 to 1440 px in both schemes, with no sideways scroll and readable text", async () => {
    await withPage({ width: 360 }, async (page) => {
      await train(page);
      await ask(page, "What is a lantern?");
      await page.getByLabel("Epochs").fill("none");
      await page.getByLabel("Validation split").fill("0");
      await page
        .getByRole("textbox", { name: "Repository" })
        .fill("a-long-owner-name/lost-and-of-a-long-name");
      await button(page, "Download").click();
      await page.getByRole("alert").filter({ hasText: "The connection was repeatedly lost" }).waitFor();
      await page
        .getByRole("button", { name: /^Delete/ })
        .last()
        .click();
      const closed = page.locator("main details:not([open]) > summary");
      while ((await closed.count()) > 0) await closed.first().click();
      await button(page, "Show the run").click();
      for (const width of [360, 768, 1440])
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme });
          await page.locator(`[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
          const at = `${width} px, ${colorScheme}`;
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), at).toBe(0);
          expect(await page.evaluate(outOfWindow), at).toEqual([]);
          // Colours pass over from one scheme to the other.
          await expect.poll(() => page.evaluate(faintTexts), { message: at }).toEqual([]);
          expect(await page.evaluate(smallTexts), at).toEqual([]);
        }
    });
  });

  it("sets edits aside if the last start hung", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("7");
      // State after a hang: a start that never finished.
      await page.addInitScript(() => localStorage.setItem("luthier-opening", String(Date.now() - 60_000)));
      await page.reload();
      await page.getByText("Your form entries were set aside").waitFor();
      expect(await page.getByLabel("Max steps").inputValue()).not.toBe("7");
      await button(page, "Restore them").click();
      expect(await page.getByLabel("Max steps").inputValue()).toBe("7");
    });
  });

  it("reports a run that has learned nothing", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("2");
      await page.getByLabel("Learning rate").fill("1");
      await train(page);
      await page.getByText("This run has learned nothing").waitFor();
    });
  });
});

/** Number of pixels of the loss chart in the current colour of grid lines. Runs in the page. */
function countGridPixels(): number {
  const chart = document.querySelector<HTMLCanvasElement>("aside canvas");
  const probe = document.createElement("canvas").getContext("2d");
  const drawn = chart?.getContext("2d");
  if (!chart || !probe || !drawn) return 0;
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--lt-line").trim();
  probe.fillRect(0, 0, 1, 1);
  const wanted = probe.getImageData(0, 0, 1, 1).data.join();
  const { data } = drawn.getImageData(0, 0, chart.width, chart.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data.slice(i, i + 4).join() === wanted) count++;
  return count;
}

/** Elements of the steps that reach out of the window. Runs in the page. */
function outOfWindow(): string[] {
  return [...document.querySelectorAll("main *")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !element.closest("pre"))
    .map((element) => element.outerHTML.slice(0, 120));
}

/** Elements with text below 14 px. Runs in the page. */
function smallTexts(): string[] {
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility() && (element.textContent ?? "").trim() !== "")
    .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 14)
    .map((element) => element.outerHTML.slice(0, 120));
}
