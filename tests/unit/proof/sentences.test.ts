import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWording, type Wording } from "../../support/find-wording";

/**
 * Code below the page raises codes and facts. Sentences for people belong in src/ui/text, and in src/export for files
 * that leave the studio.
 */

const FOLDERS = [
  "client",
  "data",
  "engine",
  "formats",
  "hub",
  "lib",
  "protocol",
  "scores",
  "storage",
  "tokenizer",
  "worker",
];

/** Strings that look like sentences but are not shown to people, and why. X stands for template substitutions. */
const ALLOWED: Readonly<Record<string, string>> = {
  "SQLite format 3": "a file's first bytes",
  "in state STRING_DEFAULT": "a library's error message, to recognise it",
  "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.":
    "a prompt format",
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.":
    "a prompt format",
  "version https://git-lfs": "a file's first words",
  "blob X\0": "input of git's hash",
  "Bearer X": "an HTTP header",
  "luthier compiling X": "the name of a lock",
  "luthier files X": "the name of a lock",
  "luthier run X": "the name of a lock",
  "luthier training": "the name of a lock",
  "hub token X": "a key in storage",
  "tuning X": "a key in storage",
  "enable X;": "WGSL",
  "const X = Xu;": "WGSL",
  "barrier probe": "a label of the GPU's objects",
  "scratch of X_X": "the name of a value",
  "gemm X X XxXxX": "a tuning key",
  "attention X XxXxX HX/X DXX": "a tuning key",
  "X xX": "a tuning key",
  "X XxX": "a tuning key",
  "a text": "probes which tokens a tokenizer adds",
  "January February March April May June July August September October November December":
    "Python's strftime has English names",
  "Sunday Monday Tuesday Wednesday Thursday Friday Saturday": "Python's strftime has English names",
};

/** Two words or more, but no WGSL; single-word labels are names in these folders: "ByteLevel", "Split". */
const sentencesIn = (path: string, source: string): Wording[] =>
  findWording(path, source).filter(({ text }) => /\S \S/.test(text) && !text.startsWith("@group"));

/** Files that only contain prompts for models. */
const PROMPTS: ReadonlySet<string> = new Set(["src/data/shape/named-templates.ts"]);

const found = FOLDERS.flatMap((folder) => {
  const files = readdirSync(join("src", folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `src/${folder}/${file.replaceAll("\\", "/")}`)
    .filter((path) => !PROMPTS.has(path))
    .flatMap((path) => sentencesIn(path, readFileSync(path, "utf8")));
});

test("no user-facing sentence is below the page", () => {
  expect(found.filter(({ text }) => !(text in ALLOWED))).toEqual([]);
});

test("every exception still applies", () => {
  expect(found.map(({ text }) => text)).toEqual(expect.arrayContaining(Object.keys(ALLOWED)));
});

test.each([
  'throw new LuthierError("data", "It broke.", "Try again.");',
  "report({ what: `Loading ${title}` });",
  "const told = `${name} is empty`;",
  'const reasons = { empty: "has no rows" };',
])("finds %s", (source) => {
  expect(sentencesIn("planted.ts", source)).not.toEqual([]);
});

test.each([
  'throw new RangeError("range too big");',
  'const part = { type: "Split", behavior: "Isolated" };',
  'const key = "data/no-rows"; const unit = `${n} B`;',
])("ignores %s", (source) => {
  expect(sentencesIn("passed.ts", source)).toEqual([]);
});
