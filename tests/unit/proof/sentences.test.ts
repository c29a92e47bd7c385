import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/**
 * Below the page there are codes and facts; sentences for people stand in src/ui/text, and in src/export where they
 * leave the studio.
 */

const FOLDERS = ["client", "data", "formats", "hub", "lib", "protocol", "storage", "tokenizer", "worker"];

/** What only developers read: a broken invariant, and exceptions that are told as mistakes of the studio, raw. */
const DEVELOPERS: ReadonlySet<string> = new Set([
  "invariant",
  "defined",
  "Error",
  "RangeError",
  "TypeError",
  "DOMException",
]);

/** What nobody is told though it has words side by side, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  "SQLite format 3": "a file's first bytes",
  "version https://git-lfs": "a file's first words",
  "in state STRING_DEFAULT": "a library's message, by which it is known",
  "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n":
    "what models are asked with",
  "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n":
    "what models are asked with",
  "blob …\0": "what git hashes",
  "Bearer …": "a header of HTTP",
  "luthier compiling …": "the name of a lock",
  "hub token …": "a key in storage",
  "tuning …": "a key in storage",
  "January February March April May June July August September October November December":
    "Python's strftime has English names",
  "Sunday Monday Tuesday Wednesday Thursday Friday Saturday": "Python's strftime has English names",
};

const WORD = String.raw`[A-Za-z][a-z']+`;
/** Two words in a row, or one beside what a template puts in: as keys, paths and units have none. */
const WORDS = new RegExp(`${WORD},? (?:…|[A-Za-z]?[a-z']+)|…,? ${WORD}`);

interface Found {
  readonly line: number;
  readonly text: string;
}

/** The texts of a source file that read like words for people. */
function sentencesIn(source: string, name: string): Found[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || isForDevelopers(node)) return;
    const text = textOf(node);
    if (text === null) return ts.forEachChild(node, visit);
    if (WORDS.test(text)) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, text });
    }
    // What is put into a template may hold texts of its own.
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isForDevelopers(node: ts.Node): boolean {
  return (
    (ts.isCallExpression(node) || ts.isNewExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    DEVELOPERS.has(node.expression.text)
  );
}

/** The text of a literal, with a mark where a template puts something in; null of what is none. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join("src", folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `src/${folder}/${path.replaceAll("\\", "/")}`),
);

const found = files.flatMap((path) =>
  sentencesIn(readFileSync(path, "utf8"), path).map((sentence) => ({ path, ...sentence })),
);

test("no sentence for people stands below the page", () => {
  const told = found.filter(({ text }) => !(text in ALLOWED));
  expect(told).toEqual([]);
});

test("what is allowed is still there", () => {
  expect(found.map(({ text }) => text)).toEqual(expect.arrayContaining(Object.keys(ALLOWED)));
});

test.each([
  'throw new LuthierError("data", "It broke.", "Try again.");',
  "report({ what: `Loading ${title}` });",
  "const told = `${name} is empty`;",
  'const reasons = { empty: "has no rows" };',
  "invariant(x, `${problem(`the ${name} broke`)}`); log(`step ${n} of ${m}`);",
])("finds %s", (source) => {
  expect(sentencesIn(source, "planted.ts")).not.toEqual([]);
});

test.each([
  'import x from "./a b c";',
  'type Status = "not yet" | "done";',
  'invariant(size > 0, "a size of nothing"); throw new Error("no such node");',
  'const key = "data/no-rows"; const unit = `${n} B`; const path = `${a}/${b}`;',
])("passes over %s", (source) => {
  expect(sentencesIn(source, "passed.ts")).toEqual([]);
});
