import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findWording } from "../../support/find-wording";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const FOLDERS = ["src/shared", "src/ui"];

/** Strings that look like text for people but are not. */
const NAMES: Readonly<Record<string, RegExp>> = {
  // Python code.
  "src/shared/python-usage.ts": /^(import|from) |[=(]|^None$/,
  // Names of models and of a licence.
  "src/shared/recommended-models.ts": /^(SmolLM2|Gemma|Qwen2\.5|TinyLlama)( |$)/,
  // Fonts, and a shadow.
  "src/ui/theme/theme.ts": /, (sans-serif|monospace)$|^0 1px 2px rgb/,
  // Keyboard keys.
  "src/ui/features/compare/message-form.tsx": /^Enter$/,
  "src/ui/features/export/adapter-library.tsx": /^Escape$/,
  "src/ui/components/chart.tsx": /^Escape$/,
  "src/ui/features/method/module-tree.tsx": /^Enter$/,
  "src/ui/features/search/search-dialog.tsx": /^Enter$/,
  // Keyboard keys, and a selector.
  "src/ui/features/search/shortcuts.ts": /^(Ctrl|Alt|Enter)$|^input, textarea/,
  // A selector.
  "src/ui/lib/reveal.ts": /^input, select/,
  // SVG markup.
  "src/ui/lib/chart-image.ts": /^<|^(M|X)|=|^stroke/,
  // The languages' own names.
  "src/ui/text/languages.ts": /^English$/,
  // The type of dragged files in a DataTransfer.
  "src/ui/features/shell/settings-drop.tsx": /^Files$/,
  // A browser global.
  "src/ui/features/shell/browser-integration.ts": /^Notification$/,
  "src/ui/features/shell/run-settings.tsx": /^Notification$/,
};

function sources(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

const files = FOLDERS.flatMap(sources).filter((file) => !/^src\/ui\/text\/(en|zh)\//.test(file));
const found = files.flatMap((file) => findWording(file, readFileSync(root + file, "utf8")));

describe("user-facing texts", () => {
  it("are in src/ui/text only", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(found.filter(({ file, text }) => !NAMES[file]?.test(text))).toEqual([]);
  });

  it("are told apart from names, all of which still occur", () => {
    expect([...new Set(found.map(({ file }) => file))].sort()).toEqual(Object.keys(NAMES).sort());
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
  ])("are not reported in %s", (source) => {
    expect(findWording("a.tsx", source)).toEqual([]);
  });
});
