import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { languages } from "../../src/ui/text/languages";
import { unmarked } from "../support/pseudo-language";
import { button, fakePageTests } from "./fake-page/open";

const withPage = fakePageTests();

describe("another language", () => {
  it("is chosen with the switch and kept, and sets the document's lang", async () => {
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

  it("translates every text on the page, and sets the document's lang", async () => {
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

  for (const language of ["en", "zh"] as const) {
    it(`fits 360 px in ${languages[language].name}, and says nothing in another language`, async () => {
      const locale = { en: "en-GB", zh: "zh-CN" }[language];
      await withPage({ width: 360, locale }, async (page) => {
        const main = page.locator('#run [data-shortcut="main"]');
        await expect.poll(() => main.isEnabled()).toBe(true);
        const look = async (): Promise<void> => {
          expect(await page.evaluate(cutOff)).toEqual([]);
          if (language !== "zh") return;
          const words = [...new Set(await wordsOf(page))];
          expect(words.filter((text) => ENGLISH.test(text) && !isData(text))).toEqual([]);
        };
        await look();
        await main.click();
        // The fake run takes a minute under the preset's steps.
        await page.locator('#train[data-state="done"]').waitFor({ timeout: 120_000 });
        await main.click();
        await page.locator("#compare [aria-busy=false]").nth(1).waitFor();
        await look();
        const closed = page.locator("main details:not([open]) > summary");
        while ((await closed.count()) > 0) await closed.first().click();
        await look();
      });
    });
  }
});

/** An English sentence: four words that follow each other. */
const ENGLISH = /[A-Za-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}/;

/** Whether a text is of the data, the models, or names. */
function isData(text: string): boolean {
  const shown = text.trim();
  return (
    names.includes(shown) ||
    MADE_UP.test(shown) ||
    /Arr!|matey|<\|im_|Tell me something|A short answer/.test(shown)
  );
}

/** Texts that stand out of the window or are cut within their element. Runs in the page. */
function cutOff(): string[] {
  const own = (element: Element): boolean =>
    [...element.childNodes].some(
      ({ nodeType, textContent }) => nodeType === 3 && (textContent ?? "").trim() !== "",
    );
  return [...document.querySelectorAll("body *")]
    .filter(
      (element) => own(element) && element.checkVisibility() && !element.closest("pre, [class*=clamped]"),
    )
    .filter((element) => {
      const { overflowX } = getComputedStyle(element);
      const isCut =
        overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
      return isCut || element.getBoundingClientRect().right > innerWidth + 1;
    })
    .map((element) => element.outerHTML.slice(0, 140));
}

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
/** Numbers as they are typed: "5.71e-4", "2e-4 4e-4". */
const TYPED = /^[\d.]+e-\d+( [\d.]+e-\d+)*$/;

/** Words that are neither in the language nor names. */
function foreign(words: readonly string[]): string[] {
  const left = words
    .map(unmarked)
    .filter(
      (text) => /\p{L}/u.test(text) && !names.includes(text) && !MADE_UP.test(text) && !TYPED.test(text),
    );
  return [...new Set(left)];
}
