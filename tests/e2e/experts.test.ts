import { describe, expect, it } from "vitest";
import { button, fakePageTests, train } from "./fake-page/open";

/** Methods that build on trained adapters, over a fake worker. */

const withPage = fakePageTests();

describe("a field of trained adapters", () => {
  it("explains how to train one, then lists those of the loaded model and checks their number", async () => {
    await withPage({}, async (page) => {
      const choose = (name: string) => page.getByRole("radio", { name, exact: true }).click();
      const experts = page.getByRole("group", { name: "adapters", exact: true });
      await choose("AdapterFusion");
      await experts.getByText(/Train one with Houlsby adapters or Pfeiffer adapters/).waitFor();
      expect(await button(page, "Train").isDisabled()).toBe(true);

      await choose("Houlsby adapters");
      await page.getByLabel("Max steps").fill("2");
      await train(page);
      await choose("AdapterFusion");
      await experts.getByRole("checkbox").check();
      await page.getByText("adapters: choose at least 2 adapters.").first().waitFor();
      await page.getByText("A method option is invalid.").waitFor();
      expect(await button(page, "Train").isDisabled()).toBe(true);

      await choose("Pfeiffer adapters");
      await train(page);
      await choose("AdapterFusion");
      const boxes = experts.getByRole("checkbox");
      await expect.poll(() => boxes.count()).toBe(2);
      for (const box of await boxes.all()) await box.check();
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);
      await boxes.first().uncheck();
      await expect.poll(() => button(page, "Train").isDisabled()).toBe(true);
    });
  });

  it("is a single choice where the method builds on one adapter", async () => {
    await withPage({}, async (page) => {
      const choose = (name: string) => page.getByRole("radio", { name, exact: true }).click();
      await choose("MAD-X language adapter");
      await page.getByLabel("Max steps").fill("2");
      await train(page);
      await choose("MAD-X task adapter");
      const language = page.getByRole("radiogroup", { name: "language_adapter", exact: true });
      await expect.poll(() => button(page, "Train").isDisabled()).toBe(true);
      await language.getByRole("radio").check();
      await expect.poll(() => button(page, "Train").isEnabled()).toBe(true);

      // The trained adapter contains the language adapter, even if the library's is deleted.
      await train(page);
      await page.getByLabel("Go on from the loaded adapter").check();
      await button(page, "Use its method and options").click();
      await language.getByRole("radio", { name: /^The ones in “/, checked: true }).waitFor();
      expect(await button(page, "Use its method and options").count()).toBe(0);
      await language.getByRole("radio", { name: /^MAD-X language/ }).check();
      await button(page, "Use its method and options").waitFor();
    });
  });
});
