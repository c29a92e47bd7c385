import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findWording } from "../../support/find-wording";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const FOLDERS = ["src/shared", "src/ui"];

/** Files that have words of a language, and why they may. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/shared/python-usage.ts": "Python, which is the same in every language",
  "src/shared/recommended-models.ts": "names of models and of their licences",
  "src/ui/theme/theme.ts": "names of fonts, shadows",
};

/** Keys of a keyboard and globals of the browser, by their own names. */
const NAMES = new Set(["Enter", "Escape", "Notification"]);

function sources(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

describe("words for people", () => {
  it("stand in src/ui/text alone", () => {
    const files = FOLDERS.flatMap(sources).filter(
      (file) => !file.startsWith("src/ui/text/en/") && !(file in ALLOWED),
    );
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => findWording(file, readFileSync(root + file, "utf8")));
    expect(found.filter(({ text }) => !NAMES.has(text))).toEqual([]);
  });

  it("are still what the exceptions were made for", () => {
    for (const file of Object.keys(ALLOWED)) {
      expect(findWording(file, readFileSync(root + file, "utf8")), file).not.toEqual([]);
    }
  });

  it.each([
    ['const a = "Choose a file first.";', "Choose a file first."],
    ['const field = { hint: "higher learns more" };', "higher learns more"],
    ['const labels = { epochs: "Epochs" };', "Epochs"],
    ["const a = `Row ${row} is empty`;", "Row X is empty"],
    ["const a = `${count} rows`;", "X rows"],
    ["const a = <p>Train</p>;", "Train"],
    ['const a = <button aria-label="close" />;', "close"],
  ])("are found in %s", (source, text) => {
    expect(findWording("a.tsx", source)).toEqual([{ file: "a.tsx", line: 1, text }]);
  });

  it.each([
    'import a from "./some where";',
    'invariant(ok, "a plan has steps");',
    'throw new Error("must not happen");',
    'const a: "Some type" = b;',
    'const a = "AutoModelForCausalLM";',
    "const a = <div className={classes.row}>{text.data.rows}</div>;",
    "const a = `${left}% ${right}%`;",
    "const a = `rgb(${red} ${green} 0)`;",
  ])("are not seen in %s", (source) => {
    expect(findWording("a.tsx", source)).toEqual([]);
  });
});
