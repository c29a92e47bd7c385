import { describe, expect, it } from "vitest";
import type { generationFields } from "../../../src/shared/generation";
import type { MethodFields } from "../../../src/shared/methods";
import { en } from "../../../src/ui/text/en";
import { chooseLanguage, openingLanguage, rememberLanguage } from "../../../src/ui/text/languages";
import type { LabelledOptionTexts, MethodText, OptionTexts } from "../../../src/ui/text/option-texts";
import type { Text } from "../../../src/ui/text/text";
import { completed } from "../../../src/ui/text/translation";
import { zh } from "../../../src/ui/text/zh";
import { problems as chineseProblems } from "../../../src/ui/text/zh/problems";
import type { ProblemTexts } from "../../../src/ui/text/en/problems/words";
import { pseudoLanguage, unmarked } from "../../support/pseudo-language";

/** Texts that are names, examples or units, and so the same in any language. */
const NAMES =
  /^(format\.|shell\.brand|data\.(templates|hubFields)\.|methods\.[\w-]+\.title$|methods\..*\.(choices|placeholder)|hub\.repositoryPlaceholder|objectives\.titles\.|export\.(kinds\.ollama|trial\.example)|.*\.(fileBase|placeholder)$)/;

/** Paths of sentences that are the same in both: English words of which two follow each other. */
function untranslated(translation: unknown, english: unknown, path = ""): string[] {
  if (typeof english === "string")
    return translation === english && /[a-z]{2,} [a-z]{2,}/i.test(english) ? [path] : [];
  if (typeof english !== "object" || english === null) return [];
  return Object.entries(english).flatMap(([key, text]) =>
    untranslated(
      (translation as Readonly<Record<string, unknown>>)[key],
      text,
      path === "" ? key : `${path}.${key}`,
    ),
  );
}

describe("a language of the page", () => {
  it("follows the browser's preferences, else English", () => {
    const known = ["en", "de", "pt-BR"] as const;
    expect(chooseLanguage(["de-AT", "en"], known)).toBe("de");
    expect(chooseLanguage(["fr", "pt-BR", "en"], known)).toBe("pt-BR");
    expect(chooseLanguage(["pt-PT", "en-GB"], known)).toBe("en");
    expect(chooseLanguage(["fr"], known)).toBe("en");
    expect(chooseLanguage([])).toBe("en");
    for (const tag of ["zh", "zh-CN", "zh-Hans-SG", "zh-TW"]) expect(chooseLanguage([tag, "en"])).toBe("zh");
  });

  it("is the last chosen one, if any", async () => {
    const storage = new Map<string, string>();
    const kept = {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
    };
    expect((await openingLanguage(kept, ["en-GB"])).text.format.locale).toBe("en");
    rememberLanguage(kept, "zh");
    expect((await openingLanguage(kept, ["en-GB"])).text.format.locale).toBe("zh-CN");
  });

  it("falls back to English for missing translations", () => {
    const partial = completed<Text>({ shell: { cancel: "取消" } }, en);
    expect([partial.shell.cancel, partial.shell.copied]).toEqual(["取消", "Copied"]);
  });

  // Checked by the compiler as well: what Chinese lacks is an error here, though the page would show it in English.
  it("has every text of the English catalogue, in Chinese too", () => {
    const whole: Text = zh;
    const problems: ProblemTexts = chineseProblems;
    expect(Object.keys(problems)).toHaveLength(Object.keys(chineseProblems).length);
    const same = untranslated(whole, en).filter((path) => !NAMES.test(path));
    expect(same).toEqual([]);
  });

  it("may be any object of the catalogue's shape", () => {
    const toy: Text = pseudoLanguage(en);
    expect(unmarked(toy.data.rowCount(2))).toBe("");
    expect(toy.data.rowCount(2)).toContain("2 rows");
    expect(toy.methods.lora.options.bias.choices.all).toBe("⟦all: every bias of the model⟧");
    expect(toy.problem({ code: "config/field", field: "r", fault: { kind: "not-whole" } }).what).toBe(
      "⟦r is a whole number.⟧",
    );
  });

  // Checked by the compiler: an unused @ts-expect-error directive is an error.
  it("does not compile with missing or extra texts", () => {
    type Lora = MethodText<"lora">["options"];
    // @ts-expect-error a language without most of its parts
    const partial: Text = { format: en.format, shell: en.shell };
    // @ts-expect-error a label that is no text
    const wrong: Text["run"] = { ...en.run, label: 1 };
    // @ts-expect-error options without a text
    const missing: OptionTexts<MethodFields["ia3"]> = {};
    // @ts-expect-error an option without its hint
    const unhinted: Lora["r"] = {};
    // @ts-expect-error a text field without a placeholder
    const empty: Lora["target_modules"] = { hint: "" };
    // @ts-expect-error a text for an option that does not exist
    const tooMuch: OptionTexts<MethodFields["loha"]> = { ...en.methods.loha.options, rank: { hint: "" } };
    // @ts-expect-error texts for a method without options
    const surplus: OptionTexts<MethodFields["bitfit"]> = { r: { hint: "" } };
    // @ts-expect-error a choice that does not exist
    const choice: Lora["bias"]["choices"] = { none: "", lora_only: "", all: "", some: "" };
    // @ts-expect-error a choice without a name
    const unnamed: Lora["bias"]["choices"] = { none: "", all: "" };
    // @ts-expect-error a labelled field without its label
    const unlabelled: LabelledOptionTexts<typeof generationFields>["seed"] = { hint: "" };
    const all = [partial, wrong, missing, unhinted, empty, tooMuch, surplus, choice, unnamed, unlabelled];
    expect(all).toHaveLength(10);
  });
});
