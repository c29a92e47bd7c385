import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { faintTexts } from "./fake-page/contrast";
import { ask, button, fakePageTests, train } from "./fake-page/open";

/** The page over a fake worker: its tree of modules, its library and its manners. */

const withPage = fakePageTests();

describe("loading in four bits", () => {
  it("loads the model anew by each of its controls", async () => {
    await withPage({}, async (page) => {
      const shows = (precision: string) => page.getByText(precision, { exact: true }).waitFor();
      const nf4 = page.getByLabel("Load in 4 bits (NF4)");
      const block = page.getByLabel("Numbers that share a scale");
      expect(await block.count()).toBe(0);
      await nf4.check();
      await shows("f16 and nf4_double");
      await block.selectOption("256");
      await shows("f16 and nf4_256_double");
      await page.getByLabel("Quantise the scales too (double quantisation)").uncheck();
      await shows("f16 and nf4_256");
      await block.selectOption("64");
      await shows("f16 and nf4");
      await train(page);
      await page.getByText("The layers are in NF4: they are widened").waitFor();
      await nf4.uncheck();
      await expect.poll(() => page.getByText("f16 and nf4", { exact: true }).count()).toBe(0);
      expect(await block.count()).toBe(0);
    });
  });
});

describe("an exported adapter", () => {
  it("takes the optimizer's state along where that is asked for", async () => {
    await withPage({}, async (page) => {
      const state = page.getByLabel("With the optimizer's state");
      expect(await state.count()).toBe(0);
      await train(page);
      expect(await page.getByText(/Adds .*; other libraries do not look at it/).count()).toBe(1);
      await button(page, "Export adapter").click();
      await page.getByText(/^Saved .*\.zip \(22 B\)/).waitFor();
      await state.check();
      await button(page, "Export adapter").click();
      await page.getByText(/^Saved .*\.zip \(922 B\)/).waitFor();
    });
  });

  it("comes with the lines of the library that reads it", async () => {
    await withPage({}, async (page) => {
      const lines = page.locator("#export pre");
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await page.getByRole("heading", { name: "PEFT adapter" }).waitFor();
      expect(await lines.innerText()).toContain("PeftModel.from_pretrained(model,");
      await page.getByRole("radio", { name: "Houlsby adapters", exact: true }).click();
      await train(page);
      await page.getByRole("heading", { name: "AdapterHub adapter" }).waitFor();
      expect(await lines.innerText()).toContain("model.load_adapter(");
    });
  });
});

describe("the module tree", () => {
  const item = (page: Page, name: string) => page.getByRole("treeitem", { name, exact: true });
  const targets = (page: Page) => page.getByLabel("target_modules").inputValue();

  it("is ticked by keyboard, and keeps step with target_modules both ways", async () => {
    await withPage({}, async (page) => {
      await page.getByText("8 of 28 layers match").click();
      await item(page, "model.layers").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      expect(await page.locator(":focus").getAttribute("aria-label")).toBe("q_proj");
      expect(await page.locator(":focus").getAttribute("aria-checked")).toBe("true");
      await page.keyboard.press("Space");
      await page.getByText("7 of 28 layers match").waitFor();
      expect(await targets(page)).toBe(".*\\.v_proj|.*\\.[1-3]\\..*q_proj");
      await page.keyboard.press("Space");
      await expect.poll(() => targets(page)).toBe("q_proj, v_proj");

      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      expect(await item(page, "self_attn").count()).toBe(1);
      expect(await page.locator(":focus").getAttribute("aria-expanded")).toBe("false");
      await page.keyboard.press("End");
      expect(await page.locator(":focus").getAttribute("aria-label")).toBe("3");
      await page.keyboard.press("Enter");
      await page.getByText("13 of 28 layers match").waitFor();
      await page.keyboard.press("Home");
      expect(await page.locator(":focus").getAttribute("aria-checked")).toBe("mixed");
      await page.keyboard.press("Space");
      await expect.poll(() => targets(page)).toBe("all-linear");

      await page.getByLabel("target_modules").fill(".*\\.0\\.mlp\\..*");
      await page.getByText("3 of 28 layers match").waitFor();
      expect(await item(page, "mlp").getAttribute("aria-checked")).toBe("true");
      await page.getByRole("group", { name: "Layers of this model" }).getByText("o_proj").click();
      await page.getByText("7 of 28 layers match").waitFor();
    });
  });

  it("refuses a choice of nothing at the field", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("target_modules").fill("q_proj");
      await page.getByText("4 of 28 layers match").waitFor();
      await page.getByRole("group", { name: "Layers of this model" }).getByText("q_proj").click();
      await page.getByText("No layer of this model is named none.").waitFor();
      await page.getByRole("status").filter({ hasText: "An option of the method needs a look." }).waitFor();
    });
  });
});

describe("the library", () => {
  const focused = (page: Page) => page.locator(":focus").getAttribute("aria-label");
  const side = (page: Page, name: string) => page.getByRole("combobox", { name, exact: true });
  const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

  it("compares any two of the base and the adapters", async () => {
    await withPage({}, async (page) => {
      expect(await side(page, "Right side").isDisabled()).toBe(true);
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await train(page);
      const options = await side(page, "Left side").getByRole("option").allInnerTexts();
      expect(options).toEqual(["The base model", "LoRA 2", "LoRA 2, merged", "LoRA 1", "LoRA 1, merged"]);
      await ask(page, "What is a lantern?");
      await region(page, "After").getByText("So says LoRA 2").waitFor();

      await side(page, "Left side").selectOption("LoRA 1");
      await region(page, "Right").getByText("So says LoRA 2").waitFor();
      await region(page, "Left").getByRole("button", { name: "Ask both again" }).click();
      await region(page, "Left").getByText("So says LoRA 1").waitFor();
      await page.locator('[aria-label="Right"][aria-busy="false"]').waitFor();
      await region(page, "Right").getByText("So says LoRA 2").waitFor();

      await side(page, "Right side").selectOption("LoRA 1");
      expect(await side(page, "Left side").locator("option:checked").innerText()).toBe("LoRA 2");
      await region(page, "Right").getByText("So says LoRA 1").waitFor();
    });
  });

  it("lets the merged model answer beside its adapter, and says what that costs", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await side(page, "Left side").selectOption("LoRA 1, merged");
      await page.getByText("4.1 MB of GPU memory, until you choose another one there.").waitFor();
      await page.getByRole("textbox", { name: "Message" }).fill("What is a lantern?");
      await button(page, "Send").click();
      await page.getByText("The merged model answers the same, word for word.").waitFor();
      await side(page, "Left side").selectOption("The base model");
      await expect.poll(() => page.getByText("of GPU memory, until you choose").count()).toBe(0);
    });
  });

  it("offers the merged model where the method merges", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      const downloading = page.waitForEvent("download");
      await button(page, "Download merged model").click();
      expect((await downloading).suggestedFilename()).toBe("merged.zip");
      await page.getByText("Saved merged.zip (6.8 MB).").waitFor();
      await page.getByRole("radio", { name: "Prompt tuning", exact: true }).click();
      await train(page);
      await expect.poll(() => button(page, "Download merged model").count()).toBe(0);
    });
  });

  it("renames, downloads and deletes adapters, and a run goes on from the one in use", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await train(page);
      await button(page, "Rename LoRA 1").click();
      await page.getByLabel("New name").press("Escape");
      await expect.poll(() => focused(page)).toBe("Rename LoRA 1");
      await button(page, "Rename LoRA 1").click();
      await page.getByLabel("New name").fill("Pirate voice");
      await page.getByLabel("New name").press("Enter");
      await button(page, "Use Pirate voice").click();
      await page.getByLabel("Go on from the loaded adapter").check();
      await page.getByText("From “Pirate voice”, 3 steps, with the optimizer as it was then.").waitFor();
      await page.getByLabel("r", { exact: true }).fill("4");
      await button(page, "Use its method and options").click();
      await expect.poll(() => page.getByLabel("r", { exact: true }).inputValue()).toBe("8");

      const downloading = page.waitForEvent("download");
      await button(page, "Save Pirate voice").click();
      expect((await downloading).suggestedFilename()).toBe("Pirate-voice.zip");
      await button(page, "Delete Pirate voice").click();
      await page.getByText("Delete “Pirate voice” from this browser?").waitFor();
      await button(page, "Keep it").click();
      await expect.poll(() => focused(page)).toBe("Delete Pirate voice");
      await button(page, "Delete Pirate voice").click();
      await button(page, "Delete it").click();
      await expect.poll(() => button(page, "Use Pirate voice").count()).toBe(0);
      await page.getByText("From “LoRA 2”, 3 steps, with the optimizer as it was then.").waitFor();
    });
  });
});

describe("manners", () => {
  it("let the keyboard reach everything", async () => {
    await withPage({}, async (page) => {
      await button(page, "Train").waitFor();
      await page.getByText("Row 1 as the model reads it").waitFor();
      const reached = new Set<string>();
      for (let i = 0; i < 200; i++) {
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
      const wanted = [
        "Dataset file",
        "Prompt template",
        "Base model",
        "Model files",
        "LoRA",
        "r",
        "bias",
        "use_rslora",
      ];
      for (const name of [...wanted, "Epochs", "Seed", "Message", "Temperature", "Adapter files", "Train"]) {
        expect([...reached], name).toContain(name);
      }
      await page.getByRole("radio", { name: "LoRA", exact: true }).focus();
      await page.keyboard.press("ArrowRight");
      expect(await page.getByRole("radio", { name: "LoHa", exact: true }).isChecked()).toBe(true);
    });
  });

  it("lead the keyboard past the steps to the run", async () => {
    await withPage({}, async (page) => {
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      await page.getByRole("link", { name: "Skip to the run" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").innerText()).toBe("Train");
    });
  });

  it("draw the charts in the colours that the system changes to", async () => {
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

  for (const scheme of ["light", "dark"] as const) {
    for (const width of [360, 768, 1440]) {
      it(`fit ${width} px in ${scheme}, with no sideways scroll and readable text`, async () => {
        await withPage({ width, scheme }, async (page) => {
          await train(page);
          await ask(page, "What is a lantern?");
          await page.getByLabel("Epochs").fill("none");
          await page.getByLabel("Validation split").fill("0");
          await page
            .getByRole("textbox", { name: "Repository" })
            .fill("a-long-owner-name/lost-and-of-a-long-name");
          await button(page, "Download").click();
          await page.getByRole("alert").filter({ hasText: "The connection broke off" }).waitFor();
          await page
            .getByRole("button", { name: /^Delete/ })
            .last()
            .click();
          for (const summary of await page.locator("summary").all()) await summary.click();
          if (width < 1180) await button(page, "Show the run").click();
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          );
          expect(overflow).toBeLessThanOrEqual(0);
          const wide = await page.evaluate(() =>
            [...document.querySelectorAll("main *")]
              .filter(
                (element) =>
                  element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1,
              )
              .filter((element) => !element.closest("pre"))
              .map((element) => element.outerHTML.slice(0, 120)),
          );
          expect(wide).toEqual([]);
          expect(await page.evaluate(faintTexts)).toEqual([]);
          const small = await page.evaluate(() =>
            [...document.body.querySelectorAll("*")]
              .filter((element) => element.checkVisibility() && (element.textContent ?? "").trim() !== "")
              .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 14)
              .map((element) => element.outerHTML.slice(0, 120)),
          );
          expect(small).toEqual([]);
        });
      });
    }
  }
});

/** Pixels of the loss chart in the colour that lines of a grid have now. Runs in the page. */
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
