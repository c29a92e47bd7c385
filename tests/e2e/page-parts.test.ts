import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { ask, button, fakePageTests, train } from "./fake-page/open";

/** The page over a fake worker: its tree of modules and its library. */

const withPage = fakePageTests();

describe("loading in four bits", () => {
  it("reloads the model when any of its controls changes", async () => {
    await withPage({}, async (page) => {
      const shows = (precision: string) => page.getByText(precision, { exact: true }).waitFor();
      const nf4 = page.getByLabel("Load in 4 bits (NF4)");
      const block = page.getByLabel("Weights per scale");
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
      await page.getByText("The layers are in NF4: they are dequantised").waitFor();
      await nf4.uncheck();
      await expect.poll(() => page.getByText("f16 and nf4", { exact: true }).count()).toBe(0);
      expect(await block.count()).toBe(0);
    });
  });
});

describe("an exported adapter", () => {
  it("includes the optimizer's state on request", async () => {
    await withPage({}, async (page) => {
      const state = page.getByLabel("With the optimizer's state");
      expect(await state.count()).toBe(0);
      await train(page);
      expect(await page.getByText(/Adds .*; other libraries ignore it/).count()).toBe(1);
      await button(page, "Export adapter").click();
      await page.getByText(/^Saved .*\.zip \(22 B\)/).waitFor();
      await state.check();
      await button(page, "Export adapter").click();
      await page.getByText(/^Saved .*\.zip \(922 B\)/).waitFor();
    });
  });

  it("comes with code for the library that loads it", async () => {
    await withPage({}, async (page) => {
      const lines = page.locator("#export article", { has: button(page, "Export adapter") }).locator("pre");
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await page.getByRole("heading", { name: "PEFT adapter" }).waitFor();
      expect(await lines.textContent()).toContain("PeftModel.from_pretrained(model,");
      await page.getByRole("radio", { name: "Houlsby adapters", exact: true }).click();
      await train(page);
      await page.getByRole("heading", { name: "AdapterHub adapter" }).waitFor();
      expect(await lines.textContent()).toContain("model.load_adapter(");
    });
  });
});

describe("the module tree", () => {
  const item = (page: Page, name: string) => page.getByRole("treeitem", { name, exact: true });
  const targets = (page: Page) => page.getByLabel("target_modules").inputValue();

  it("can be ticked by keyboard, and stays in sync with target_modules", async () => {
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

  it("rejects an empty choice at the field", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("target_modules").fill("q_proj");
      await page.getByText("4 of 28 layers match").waitFor();
      await page.getByRole("group", { name: "Layers of this model" }).getByText("q_proj").click();
      await page.getByText("No layer of this model matches none.").waitFor();
      await page.getByRole("status").filter({ hasText: "A method option is invalid." }).waitFor();
    });
  });
});

describe("a file of prompts", () => {
  it("is answered with a pause, and its answers are saved", async () => {
    await withPage({ query: "pace=20" }, async (page) => {
      const region = page.getByRole("region", { name: "Batch answers" });
      const prompts = Array.from({ length: 12 }, (_, index) => `Question ${index}`);
      await region.locator('input[type="file"]').setInputFiles({
        name: "prompts.txt",
        mimeType: "text/plain",
        buffer: Buffer.from(prompts.join("\n")),
      });
      await button(page, "Answer all").click();
      await button(page, "Pause answers").click();
      await button(page, "Resume answers").click();
      await region.getByText("12 of 12 prompts answered").waitFor();
      const downloading = page.waitForEvent("download");
      await button(page, "Save answers as CSV").click();
      const [heading, first] = (await readFile(await (await downloading).path(), "utf8")).split("\r\n");
      expect(heading).toBe("question,expected,answer,finish");
      expect(first).toBe("Question 0,,Arr! Question 0,end-token");
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

  it("lets the merged model answer beside its adapter, and shows the memory it takes", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await side(page, "Left side").selectOption("LoRA 1, merged");
      await page.getByText("4.1 MB of GPU memory, until you choose something else there.").waitFor();
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
      await page
        .getByText("Prompt tuning adds something that the model's weights cannot represent")
        .first()
        .waitFor();
      expect(await button(page, "Download merged model").isDisabled()).toBe(true);
    });
  });

  it("renames, downloads and deletes adapters, and trains the current one further", async () => {
    await withPage({}, async (page) => {
      await page.getByLabel("Max steps").fill("3");
      await train(page);
      await train(page);
      // "Done." still stands from the first run when the second starts.
      await button(page, "Rename LoRA 2").waitFor();
      // What the end of a run adds to the page moves what is below.
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      await button(page, "Rename LoRA 1").click();
      await page.getByLabel("New name").press("Escape");
      await expect.poll(() => focused(page)).toBe("Rename LoRA 1");
      await button(page, "Rename LoRA 1").click();
      await page.getByLabel("New name").fill("Pirate voice");
      await page.getByLabel("New name").press("Enter");
      await button(page, "Use Pirate voice").click();
      await page.locator('[aria-label="Use Pirate voice"][aria-current="true"]').waitFor();
      await page.getByLabel("Go on from the loaded adapter").check();
      await page.getByText("From “Pirate voice”, 3 steps, with its optimizer state.").waitFor();
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
      await page.getByText("From “LoRA 2”, 3 steps, with its optimizer state.").waitFor();
    });
  });
});
