import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { button, fakePageTests, train } from "./fake-page/open";

const withPage = fakePageTests();
const folder = process.env.LUTHIER_SCREENSHOTS;

describe("settings", () => {
  it("can be saved, loaded from a file, dropped anywhere, and carried by a link", async () => {
    await withPage({}, async (page) => {
      const epochs = page.getByLabel("Epochs");
      await epochs.fill("7");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        button(page, "Save settings").click(),
      ]);
      expect(download.suggestedFilename()).toBe("luthier-settings.yaml");
      const saved = await readFile(await download.path(), "utf8");
      expect(saved).toContain("luthier-settings: 1\n");
      expect(saved).toContain("epochs: 7\n");

      const file = (text: string) => ({
        name: "mine.yaml",
        mimeType: "application/yaml",
        buffer: Buffer.from(text),
      });
      await page
        .getByLabel("Settings file")
        .setInputFiles(file("luthier-settings: 1\ntraining: {epochs: 5}\n"));
      await page.getByText("The settings of mine.yaml are in use").waitFor();
      expect(await epochs.inputValue()).toBe("5");

      await page
        .getByLabel("Settings file")
        .setInputFiles(file("luthier-settings: 1\ntraining: {epohcs: 6}\n"));
      await page.getByRole("alert").filter({ hasText: "training.epohcs" }).waitFor();
      expect(await epochs.inputValue()).toBe("5");
      if (folder) await page.screenshot({ path: `${folder}/settings-refused.png` });

      const dropped = await page.evaluateHandle((text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], "dropped.yaml"));
        return data;
      }, saved);
      // On the place for rows, which takes other files.
      await page.locator("#data").dispatchEvent("drop", { dataTransfer: dropped });
      await page.getByText("The settings of dropped.yaml are in use").waitFor();
      expect(await epochs.inputValue()).toBe("7");

      await page.evaluate(() => {
        const settings = btoa(JSON.stringify({ "luthier-settings": 1, training: { epochs: 4 } }));
        location.hash = `#settings=${settings}`;
      });
      await page.getByText("The link's settings are in use").waitFor();
      expect(await epochs.inputValue()).toBe("4");
      expect(page.url()).not.toContain("settings");
      await button(page, "Save settings").scrollIntoViewIfNeeded();
      if (folder) await page.screenshot({ path: `${folder}/settings.png` });
    });
  });
});

describe("the same run elsewhere", () => {
  it("is exported before anything was trained", async () => {
    await withPage({}, async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        button(page, "Export training script").click(),
      ]);
      expect(download.suggestedFilename()).toBe("training-script.zip");
      await page.getByText(/^Saved training-script\.zip/).waitFor();
    });
  });

  it("is offered with what differs there", async () => {
    await withPage({}, async (page) => {
      await train(page);
      const group = page.getByRole("region", { name: "Go on on a GPU server" });
      for (const name of [
        "Export training script",
        "Export LLaMA-Factory YAML",
        "Export Axolotl YAML",
        "Export Unsloth notebook",
      ])
        expect(await group.getByRole("button", { name, exact: true }).isEnabled(), name).toBe(true);
      await group.getByText("What differs there (2)").first().click();
      await group.getByText("The adapter starts from other random values.").first().waitFor();
      if (folder) await group.screenshot({ path: `${folder}/elsewhere.png` });
    });
  });
});
