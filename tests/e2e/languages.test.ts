import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { languages } from "../../src/ui/text/languages";
import { unmarked } from "../support/pseudo-language";
import { button, fakePageTests } from "./fake-page/open";

const withPage = fakePageTests();

describe("another language", () => {
  it("is chosen with the switch and kept, and the document names it", async () => {
    await withPage({}, async (page) => {
      const language = page.getByRole("combobox", { name: "Language", exact: true });
      expect(await language.locator("option").allInnerTexts()).toEqual(["English", "简体中文"]);
      await language.selectOption("简体中文");
      await page.getByRole("heading", { name: "数据", exact: true }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
      await page.reload();
      await page.getByRole("heading", { name: "数据", exact: true }).waitFor();
      await page.getByRole("combobox", { name: "语言", exact: true }).selectOption("English");
      await page.getByRole("heading", { name: "Data", exact: true }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    });
  });

  it("says everything on the page, and the document names it", async () => {
    await withPage({ query: "pace=4&pseudo&interrupted" }, async (page) => {
      await button(page, "⟦Train⟧").click({ trial: true });
      expect(await page.evaluate(() => document.documentElement.lang)).toBe("en-XA");
      expect(foreign(await wordsOf(page))).toEqual([]);
      for (const method of ["⟦Prompt tuning⟧", "⟦X-LoRA⟧", "⟦Last layers⟧", "⟦LoRA⟧"]) {
        await page.getByRole("radio", { name: method, exact: true }).click();
        expect(foreign(await wordsOf(page))).toEqual([]);
      }
      await page.getByLabel("⟦Max steps⟧").fill("six");
      await page.getByText("⟦⟦Max steps⟧ is a number.⟧").waitFor();
      expect(foreign(await wordsOf(page))).toEqual([]);
      await page.getByLabel("⟦Max steps⟧").fill("6");
      await button(page, "⟦Train⟧").click();
      await page.getByRole("status").filter({ hasText: "Done." }).waitFor();
      await page.getByRole("textbox", { name: "⟦Message⟧" }).fill("Who are you?");
      await button(page, "⟦Send⟧").click();
      await page.locator('[aria-label="⟦After⟧"][aria-busy="false"]').waitFor();
      expect(foreign(await wordsOf(page))).toEqual([]);
    });
  });
});

/** All texts, accessible names, hints and placeholders of the page. */
function wordsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const words: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (!parentElement?.closest("script, style, code")) words.push(textContent ?? "");
    }
    for (const element of document.body.querySelectorAll("*")) {
      // Mantine measures text height in a hidden textarea.
      if (element.matches("textarea[aria-hidden='true']")) continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) {
        words.push(element.getAttribute(name) ?? "");
      }
    }
    return words;
  });
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const sourcesOf = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|json)$/.test(file))
    .map((file) => readFileSync(`${root}${folder}/${file}`, "utf8"));

/** Untranslated data: the fake client's, names of options, modules and models, and the languages' own names. */
const names = [
  ...[...sourcesOf("tests/support/fake-client"), ...sourcesOf("src/shared")],
  ...Object.values(languages).map(({ name }) => name),
].join("\n");

/** Data that the fake client generates: rows, log, adapter names, answers; and the question asked. */
const MADE_UP = /^(Tell me something about|Arr! |Training with |LoRA \d|A short answer to |Who are you\?)/;
/** A number as it is typed: "5.71e-4". */
const TYPED = /^[\d.]+e-\d+$/;

/** Words that are neither in the language nor names. */
function foreign(words: readonly string[]): string[] {
  const left = words
    .map(unmarked)
    .filter(
      (text) => /\p{L}/u.test(text) && !names.includes(text) && !MADE_UP.test(text) && !TYPED.test(text),
    );
  return [...new Set(left)];
}
