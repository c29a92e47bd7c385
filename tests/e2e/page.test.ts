import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { methodSpecs } from "../../src/shared/methods";
import { en } from "../../src/ui/text/en";
import { ask, button, fakePageTests } from "./fake-page/open";

/** The page over a fake worker, independent of the engine. */

const withPage = fakePageTests();

describe("accessible names", () => {
  it("are stable, each on a single element", async () => {
    await withPage({}, async (page) => {
      await button(page, "Train").waitFor();
      const labels = [
        ...["Dataset file", "Model files", "Adapter files", "Base model", "Prompt template"],
        ...["Repository", "Hub endpoint", "Access token", "Remember on this machine"],
        ...["lora_alpha", "lora_dropout", "target_modules", "use_rslora"],
        ...["Epochs", "Max steps", "Batch size", "Gradient accumulation", "Learning rate", "Weight decay"],
        ...["Warmup steps", "Schedule", "Max grad norm", "Max length", "Validation split", "Seed"],
        ...["Message", "Temperature", "Top p", "Max new tokens"],
      ];
      // Not exact: scripts that match part of a name must not find two elements either.
      for (const label of labels) expect(await page.getByLabel(label).count(), label).toBe(1);
      for (const label of ["r", "bias"])
        expect(await page.getByLabel(label, { exact: true }).count(), label).toBe(1);
      for (const label of ["Dataset file", "Model files", "Adapter files"]) {
        expect(await page.getByLabel(label).getAttribute("type"), label).toBe("file");
      }
      for (const name of ["Base model", "Prompt template"]) {
        expect(await page.getByRole("combobox", { name }).count(), name).toBe(1);
      }
      const method = page.getByRole("radiogroup", { name: "Method", exact: true });
      for (const name of ["LoRA", "Prefix tuning", "Prompt tuning"]) {
        expect(await method.getByRole("radio", { name, exact: true }).count(), name).toBe(1);
      }
      for (const name of ["Repository", "Hub endpoint"]) {
        expect(await page.getByRole("textbox", { name }).count(), name).toBe(1);
      }
      expect(await page.getByLabel("Access token").getAttribute("type")).toBe("password");
      for (const name of ["Download", "Send", "Export adapter"]) {
        expect(await page.getByRole("button", { name }).count(), name).toBe(1);
      }
      // "Export training script" has it in its name, too, in a step that is closed at first.
      expect(await button(page, "Train").count()).toBe(1);
      for (const name of ["Before", "After"])
        expect(await page.getByRole("region", { name }).count(), name).toBe(1);
      expect(await page.getByRole("status").count()).toBe(1);
      expect(await page.getByRole("img", { name: "Loss" }).count()).toBe(1);
    });
  });

  it("match PEFT's names for each method's options", async () => {
    await withPage({}, async (page) => {
      for (const { id, fields } of Object.values(methodSpecs)) {
        await page.getByRole("radio", { name: en.methods[id].title, exact: true }).click();
        for (const field of fields.filter((known) => known.level === "basic" && !("when" in known))) {
          await page.getByLabel(field.name, { exact: true }).waitFor({ state: "visible" });
        }
      }
      await page.getByRole("radio", { name: "Prompt tuning" }).click();
      await page.getByLabel("prompt_tuning_init", { exact: true }).selectOption("TEXT");
      await page.getByLabel("prompt_tuning_init_text").waitFor();
      await page.getByRole("radio", { name: "Prefix tuning" }).click();
      await page.getByLabel("prefix_projection").check();
      await page.getByLabel("encoder_hidden_size").waitFor();
    });
  });
});

describe("the job", () => {
  it("goes from Train to Compare to Export, and survives a reload", async () => {
    await withPage({ query: "pace=80" }, async (page) => {
      const status = (words: RegExp) => page.getByRole("status").filter({ hasText: words });
      await page.getByLabel("Max steps").fill("30");
      await button(page, "Train").click();
      await status(/^Step \d+ of 30, loss \d\.\d{3}$/).waitFor();
      await button(page, "Pause").click();
      await status(/^Paused\. Step \d+ of 30, loss \d\.\d{3}$/).waitFor();
      // A paused run does not progress, so nothing here depends on the machine's speed.
      expect(await button(page, "Train").count()).toBe(0);
      expect(await page.title()).toBe("Paused · Luthier");
      expect(await button(page, "Send").isDisabled()).toBe(true);
      expect(await page.getByLabel("Epochs").isDisabled()).toBe(true);
      await button(page, "Resume").click();
      await status(/^Done\. Step 30 of 30, loss \d\.\d{3}$/).waitFor();
      expect(await page.getByRole("img", { name: /^Chart: Loss\. At step 30/ }).count()).toBe(1);

      await ask(page, "What is a lantern?");
      await page.getByRole("region", { name: "After" }).getByText("Arr!").waitFor();
      expect(await page.getByRole("region", { name: "Before" }).innerText()).not.toContain("Arr!");
      await page.getByLabel("Mark words that differ").check();
      expect(await page.getByRole("region", { name: "After" }).locator("mark").first().innerText()).toBe(
        "Arr",
      );

      const downloading = page.waitForEvent("download");
      await button(page, "Export adapter").click();
      const download = await downloading;
      expect(download.suggestedFilename()).toMatch(/\.zip$/);
      expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe("PK");

      await page.getByRole("link", { name: /^Train/ }).click();
      await page.waitForURL(/#train$/);
      await page.reload();
      await expect.poll(() => page.getByLabel("Max steps").inputValue()).toBe("30");
      await page.getByText("Row 1 as the model reads it").waitFor();
      await expect.poll(() => page.getByText(/% of all tokens are learned/).count()).toBe(1);
      // Content above the step has grown since it was scrolled to.
      await expect
        .poll(() => page.locator("#train").evaluate((step) => Math.abs(step.getBoundingClientRect().top)))
        .toBeLessThan(60);
      expect(page.url()).toMatch(/#train$/);
    });
  });

  it("keeps what a stopped run or answer has so far", async () => {
    await withPage({ query: "pace=200" }, async (page) => {
      await page.getByLabel("Max steps").fill("60");
      await button(page, "Train").click();
      await page
        .getByRole("status")
        .filter({ hasText: /^Step \d+ of 60/ })
        .waitFor();
      await button(page, "Stop").click();
      await page
        .getByRole("status")
        .filter({ hasText: /^Stopped\. Step \d+ of 60/ })
        .waitFor();
      await button(page, "Train").waitFor();
      await page.getByRole("textbox", { name: "Message" }).fill("What is a lantern?");
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "Before" }).getByText("A short").waitFor();
      await button(page, "End the answers").click();
      await page.getByRole("region", { name: "After" }).getByText("stopped").waitFor();
    });
  });

  it("reports faults of a file, a field and an option, and deletes only after confirmation", async () => {
    await withPage({}, async (page) => {
      await page
        .getByLabel("Dataset file")
        .setInputFiles({ name: "bad.json", mimeType: "application/json", buffer: Buffer.from("{") });
      await page.getByRole("alert").filter({ hasText: "bad.json holds no rows." }).waitFor();
      const rows = [{ instruction: "a", input: "", output: "b" }];
      await page.getByLabel("Dataset file").setInputFiles({
        name: "mine.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify(rows)),
      });
      await page.getByText("1 row was left out").click();
      await page.getByText('has a number as "output", not text').waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      await button(page, "Delete mine.json").click();
      await button(page, "Keep it").click();
      await button(page, "Delete mine.json").click();
      await button(page, "Delete it").click();
      await expect.poll(() => button(page, "Use mine.json").count()).toBe(0);

      await page.getByLabel("Epochs").fill("many");
      await page.getByText("Epochs is a number.").waitFor();
      expect(await button(page, "Train").isDisabled()).toBe(true);
      await button(page, "Balanced").click();
      await page.getByLabel("target_modules").fill("nothing");
      await page.getByText("No layer of this model matches nothing.").waitFor();
      await page.getByRole("status").filter({ hasText: "A method option is invalid." }).waitFor();
    });
  });

  it("accepts a dropped file, and highlights the drop zone", async () => {
    await withPage({}, async (page) => {
      const dataTransfer = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        const rows = [{ instruction: "a", input: "", output: "b" }];
        const file = new File([JSON.stringify(rows)], "dropped.json", { type: "application/json" });
        transfer.items.add(file);
        return transfer;
      });
      const input = page.getByLabel("Dataset file");
      await input.dispatchEvent("dragenter", { dataTransfer });
      await page.locator("[data-accept]").filter({ has: input }).waitFor();
      await input.dispatchEvent("drop", { dataTransfer });
      await button(page, "Delete dropped.json").waitFor();
      expect(await page.locator("[data-accept]").count()).toBe(0);
    });
  });

  it("downloads a model, resumes an interrupted download, and deletes only after confirmation", async () => {
    await withPage({}, async (page) => {
      await button(page, "Train").waitFor();
      const repository = page.getByRole("textbox", { name: "Repository" });
      await repository.fill("owner/lost");
      await button(page, "Download").click();
      await page.getByRole("alert").filter({ hasText: "The connection was repeatedly lost" }).waitFor();
      await button(page, "Continue owner/lost").click();
      await button(page, "Delete owner/lost").waitFor();
      await expect.poll(() => page.getByLabel("Base model").inputValue()).toBe("model-owner/lost");
      expect(await page.getByText("From huggingface.co, kept 2 Jan 2026").count()).toBe(1);

      await repository.fill("owner/model-GGUF");
      await button(page, "Download").click();
      await page.getByLabel("Weights to fetch").selectOption("model.Q8_0.gguf");
      await button(page, "Download").click();
      await button(page, "Delete owner/model-GGUF").waitFor();
      await expect.poll(() => button(page, "Delete owner/lost").isEnabled()).toBe(true);
      await button(page, "Delete owner/lost").click();
      await button(page, "Keep it").click();
      await button(page, "Delete owner/lost").click();
      await button(page, "Delete it").click();
      await expect.poll(() => button(page, "Delete owner/lost").count()).toBe(0);
    });
  });

  it("lets the user work on data without WebGPU", async () => {
    await withPage({ query: "pace=4&gpu=off" }, async (page) => {
      await page.getByText("No WebGPU here").waitFor();
      await page.getByText("chrome://flags/#enable-unsafe-webgpu").waitFor();
      expect(await button(page, "Train").isDisabled()).toBe(true);
      await page.getByRole("button", { name: /^Know a shop/ }).click();
      await button(page, "Use Know a shop").waitFor();
    });
  });
});

describe("an interrupted run", () => {
  it("resumes, or is discarded", async () => {
    await withPage({ query: "pace=4&interrupted" }, async (page) => {
      await page.getByText("A run was interrupted").waitFor();
      await button(page, "Resume").click();
      await page.getByRole("status").filter({ hasText: "Done. Step 60 of 60" }).waitFor();
      await page.getByText("A run was interrupted").waitFor({ state: "detached" });
    });
    await withPage({ query: "pace=4&interrupted" }, async (page) => {
      await button(page, "Discard it").click();
      await page.getByText("A run was interrupted").waitFor({ state: "detached" });
    });
  });
});

describe("kept runs", () => {
  it("can be reused, deleted, restored and compared", async () => {
    await withPage({ query: "pace=4&runs=3" }, async (page) => {
      const runs = page.getByRole("region", { name: "Runs", exact: true });
      const row = (number: number) => runs.getByRole("row").filter({ hasText: `${number} · LoRA` });
      await row(3).getByText("cut off").waitFor();
      expect(await runs.getByRole("table", { name: "Runs", exact: true }).count()).toBe(1);
      await button(page, "Details of run 1").click();
      await button(page, "Use these settings").click();
      await expect.poll(() => page.getByLabel("Learning rate").inputValue()).toBe("1e-4");
      await button(page, "Delete").click();
      await row(1).waitFor({ state: "detached" });
      await button(page, "Undo").click();
      await row(1).waitFor();
      await button(page, "Compare runs").click();
      const dialog = page.getByRole("dialog", { name: "Compare runs" });
      await dialog.getByRole("img", { name: "Chart: Training loss. At step 60" }).waitFor();
      await dialog.getByRole("row").filter({ hasText: "Learning rate" }).getByText("2e-4").waitFor();
      await dialog.getByLabel("Logarithmic").check();
      await dialog.getByLabel("Against").selectOption("tokens");
      await dialog.getByRole("img", { name: "Chart: Training loss. At step" }).waitFor();
      const saving = page.waitForEvent("download");
      await button(page, "Save as PNG: Training loss").click();
      expect((await saving).suggestedFilename()).toBe("training-loss.png");
      await button(page, "Close").click();
      await dialog.waitFor({ state: "detached" });
    });
  });
});

describe("what a run needs", () => {
  it("follows the options, and offers changes that fit when there is too little memory", async () => {
    await withPage({}, async (page) => {
      const panel = page.getByRole("region", { name: "What this run needs" });
      await panel.getByText("of 4.0 GB").waitFor();
      await page.getByLabel("GPU memory in GB").fill("0.5");
      await panel.getByText("of 500 MB").waitFor();
      await button(page, "Gradient checkpointing").click();
      await panel.getByText("366 MB of 500 MB").waitFor();
      expect(await page.getByLabel("Gradient checkpointing").isChecked()).toBe(true);
      await page.getByLabel("Max steps").fill("60");
      await button(page, "Measure speed").click();
      await panel.getByText("About 50 s for 60 steps").waitFor();
    });
  });

  it("locks models while the speed is measured, and then shows it", async () => {
    await withPage({ query: "pace=400" }, async (page) => {
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      const choice = page.getByRole("combobox", { name: "Base model" });
      const use = button(page, "Use SmolLM2-135M-Instruct");
      expect([await choice.isEnabled(), await use.isEnabled()]).toEqual([true, true]);
      await button(page, "Measure speed").click();
      await page.getByRole("status").filter({ hasText: "The speed is being measured…" }).waitFor();
      expect([await choice.isDisabled(), await use.isDisabled()]).toEqual([true, true]);
      expect(await button(page, "Train").isDisabled()).toBe(true);
      await page.getByText(/About .* for \d+ steps/).waitFor();
      await expect.poll(() => use.isEnabled()).toBe(true);
    });
  });
});
