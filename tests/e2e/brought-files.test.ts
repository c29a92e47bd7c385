import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { allCases } from "../support/cases";
import { sharedStudio } from "./shared-browser";
import { everyStepOpen } from "./open-steps";

/**
 * Files as people have them, dropped on the page: what each is recognised as, what the page asks, and that it trains.
 */

const golden = (name: string): Promise<Buffer> =>
  readFile(new URL(`../golden/datasets/${name}`, import.meta.url));
const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });
const bytes = (text: string): Buffer => Buffer.from(text);

const chat = JSON.stringify({
  messages: [
    { role: "user", content: "What do snakes eat?" },
    { role: "assistant", content: "Arr! Mice, matey!" },
    { role: "user", content: "And cats?" },
    { role: "assistant", content: "Arr! Mice too, matey!" },
  ],
});
const semicolons = "instruction;output\nWhat do snakes eat?;Arr! Mice, matey!\nAnd cats?;Arr! Fish, matey!\n";

interface Dropped {
  readonly name: string;
  readonly buffer: Buffer;
}

async function drop(page: Page, ...files: Dropped[]): Promise<void> {
  await page
    .getByLabel("Dataset file")
    .setInputFiles(files.map(({ name, buffer }) => ({ name, buffer, mimeType: "application/octet-stream" })));
}

/** The list item of the dataset in use. */
async function inUse(page: Page, name: string): Promise<string> {
  const item = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: `Use ${name}`, exact: true }) });
  await item.and(page.locator("[data-current]")).waitFor({ timeout: 60_000 });
  return item.innerText();
}

async function trainTwoSteps(page: Page): Promise<void> {
  await page.getByLabel("Max steps").fill("2");
  await page.getByLabel("Batch size").fill("2");
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 120_000 }).toBe(true);
  await button(page, "Train").click();
  await page.getByRole("status").filter({ hasText: "Step 2 of 2" }).waitFor({ timeout: 240_000 });
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor({ timeout: 240_000 });
}

/** Finds a row, edits it, leaves another out, and keeps that across a reload. */
async function changeRows(page: Page): Promise<void> {
  await page.getByRole("searchbox", { name: "Search rows" }).fill("CATS");
  await button(page, "Edit: Row 2").click();
  await page.getByRole("form", { name: "Edit: Row 2" }).getByLabel("output").fill("Arr! Cream, matey!");
  await button(page, "Save the row").click();
  await page.getByText("Row 2, changed").waitFor({ timeout: 60_000 });
  await page.getByRole("searchbox", { name: "Search rows" }).fill("");
  await button(page, "Leave out: Row 1").click();
  await page.getByText("Row 1, left out").waitFor({ timeout: 60_000 });
  await page.reload();
  await page.getByText("1 of 2 in use").waitFor({ timeout: 120_000 });
  const downloading = page.waitForEvent("download");
  await button(page, "Export as JSONL").click();
  expect(await readFile(await (await downloading).path(), "utf8")).toBe(
    '{"instruction":"And cats?","input":"","output":"Arr! Cream, matey!"}\n',
  );
  await button(page, "Undo").click();
  await page.getByText("Row 1, left out").waitFor({ state: "detached", timeout: 60_000 });
}

/** Breaks a custom template, reads the line of the error, and fixes it. */
async function writeTemplate(page: Page): Promise<void> {
  await expect.poll(() => button(page, "Edit template").isEnabled(), { timeout: 120_000 }).toBe(true);
  await button(page, "Edit template").click();
  const source = page.getByRole("textbox", { name: "Template source" });
  await expect.poll(() => source.inputValue(), { timeout: 60_000 }).toContain("messages");
  await source.fill("{% for m in messages %}\n{{ m.content }\n{% endfor %}");
  const fault = page.getByText(/in line 2/).first();
  await fault.waitFor({ timeout: 60_000 });
  await source.fill(
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
  );
  await fault.waitFor({ state: "detached", timeout: 60_000 });
  expect(await page.getByRole("combobox", { name: "Prompt template" }).inputValue()).toBe("custom");
}

const pairs = [
  ["What do snakes eat?", "Arr! Mice, matey!"],
  ["And cats?", "Arr! Fish, matey!"],
  ["And dogs?", "Arr! Bones, matey!"],
  ["And cows?", "Arr! Grass, matey!"],
] as const;
const rowsOf = (make: (question: string, answer: string) => unknown): unknown[] =>
  pairs.map(([question, answer]) => make(question, answer));
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const alpaca = rowsOf((instruction, output) => ({ instruction, input: "", output }));
const messages = rowsOf((question, answer) => ({
  messages: [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ],
}));
const shareGpt = rowsOf((question, answer) => ({
  conversations: [
    { from: "human", value: question },
    { from: "gpt", value: answer },
  ],
}));
const table = (separator: string): string =>
  ["instruction", ...pairs.map(([question]) => question)]
    .map((question, index) => [question, index === 0 ? "output" : pairs[index - 1]?.[1]].join(separator))
    .join("\n");

/** A file of each kind, and what its name, format and rows are said to be. */
const kinds: readonly (readonly [name: string, content: string | Uint8Array, said: RegExp])[] = [
  ["list.json", JSON.stringify(alpaca), /Alpaca.*4 rows/s],
  ["chats.jsonl", lines(messages), /messages.*4 rows/s],
  ["semicolons.csv", table(";"), /CSV, Alpaca.*4 rows/s],
  ["tabs.tsv", table("\t"), /TSV, Alpaca.*4 rows/s],
  ["notes.txt", pairs.flat().join("\n\n"), /plain text.*1 row/s],
  ["packed.jsonl.gz", gzipSync(bytes(lines(alpaca.concat(alpaca)))), /Alpaca.*8 rows/s],
  ["sharegpt.json", JSON.stringify(shareGpt), /ShareGPT.*4 rows/s],
  [
    "completions.jsonl",
    lines(rowsOf((prompt, completion) => ({ prompt, completion }))),
    /prompt\/completion.*4 rows/s,
  ],
  ["texts.jsonl", lines(rowsOf((question, answer) => ({ text: `${question} ${answer}` }))), /text.*4 rows/s],
  [
    "pairs.jsonl",
    lines(rowsOf((prompt, chosen) => ({ prompt, chosen, rejected: "I do not know." }))),
    /preference.*4 rows/s,
  ],
];

test("recognises each kind of file, trains on a mixture, and answers", async () => {
  const studio = await sharedStudio();
  const page = await studio.browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await page.addInitScript(everyStepOpen);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 240_000 }).toBe(true);
  const answered = page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s");
  let run = 0;
  const trainAndAsk = async (): Promise<void> => {
    run++;
    await page.getByLabel("Max steps").fill("2");
    await page.getByLabel("Batch size").fill("2");
    await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 120_000 }).toBe(true);
    await button(page, "Train").click();
    await page.getByRole("heading", { name: `Run ${run}`, exact: true }).waitFor({ timeout: 240_000 });
    await page.getByRole("status").filter({ hasText: "Step 2 of 2" }).waitFor({ timeout: 240_000 });
    await page.getByRole("status").filter({ hasText: "Done." }).waitFor({ timeout: 240_000 });
    await page.getByRole("textbox", { name: "Message" }).fill(`What do snakes eat, ${run}?`);
    await button(page, "Send").click();
    await answered.waitFor({ timeout: 240_000 });
  };
  for (const [name, content, said] of kinds) {
    await drop(page, { name, buffer: Buffer.from(content) });
    expect(await inUse(page, name)).toMatch(said);
    // Tests of the encoder hold every kind to its tokens; the paths through training are those of text and of turns.
    if (allCases) await trainAndAsk();
  }
  // A folder, in which the README is no data.
  const folder = join(await mkdtemp(join(tmpdir(), "luthier-")), "kept");
  await mkdir(join(folder, "data"), { recursive: true });
  await writeFile(join(folder, "README.md"), "# Rows");
  await writeFile(join(folder, "data", "train.jsonl"), lines(alpaca.slice(0, 3)));
  await page.getByLabel("Dataset folder").setInputFiles(folder);
  expect(await inUse(page, "kept")).toMatch(/Alpaca.*3 rows/s);
  // A share of a chat dataset among the blocks of a text.
  await button(page, "Use notes.txt").click();
  const more = page.locator("#train").getByText("More", { exact: true });
  if (!(await page.getByLabel("Share mixed in").isVisible())) await more.click();
  await page.getByLabel("Share mixed in").fill("0.5");
  await page.getByText("Choose a dataset, or set the share to 0.").waitFor({ timeout: 60_000 });
  await page.getByLabel("Dataset mixed in").selectOption({ label: "chats.jsonl · 4 rows" });
  await page.getByText(/An epoch trains on \d+ rows, \d+ of them \(\d+ ?%\) from chats.jsonl/).waitFor({
    timeout: 120_000,
  });
  await trainAndAsk();
  expect(errors).toEqual([]);
  await page.context().close();
}, 1_800_000);

test("recognises one file of each kind and trains on it", async () => {
  const studio = await sharedStudio();
  const page = await studio.browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await page.addInitScript(everyStepOpen);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await button(page, "Train").waitFor({ timeout: 120_000 });
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 120_000 }).toBe(true);

  await drop(page, { name: "table.csv", buffer: bytes(semicolons) });
  expect(await inUse(page, "table.csv")).toMatch(/CSV, Alpaca.*2 rows/s);
  await drop(page, { name: "turns.json", buffer: await golden("cases/d08-sharegpt.json") });
  expect(await inUse(page, "turns.json")).toMatch(/ShareGPT.*1 row/s);
  await drop(page, { name: "messages.parquet", buffer: await golden("parquet/messages.parquet") });
  expect(await inUse(page, "messages.parquet")).toMatch(/Parquet, messages.*9 rows/s);
  const zip = zipSync({ "a.jsonl": bytes(`${chat}\n`), "b.jsonl": bytes(`${chat}\n`) });
  await drop(page, { name: "both.zip", buffer: Buffer.from(zip) });
  expect(await inUse(page, "both.zip")).toMatch(/messages.*2 rows/s);
  await drop(page, { name: "a.jsonl", buffer: bytes(chat) }, { name: "b.csv", buffer: bytes(semicolons) });
  expect(await inUse(page, "a.jsonl and 1 other file")).toMatch(/3 rows/);

  await drop(page, { name: "strange.csv", buffer: bytes("Frage,Antwort\nWarum?,Darum.\n") });
  const columns = page.getByRole("region", { name: "Columns" });
  await columns.getByLabel("Column for instruction").selectOption("Frage");
  await columns.getByLabel("Column for output").selectOption("Antwort");
  await columns.getByRole("button", { name: "Use these columns" }).click();
  expect(await inUse(page, "strange.csv")).toMatch(/CSV, your columns.*1 row/s);

  await drop(page, { name: "gbk.json", buffer: await golden("cases/d07-gbk.json") });
  expect(await page.getByRole("combobox", { name: "Encoding" }).inputValue()).toBe("gb18030");
  await page.getByText("写一个水果").waitFor();
  await button(page, "Read it as GB18030").click();
  expect(await inUse(page, "gbk.json")).toMatch(/Alpaca.*2 rows/s);

  await drop(page, {
    name: "story.md",
    buffer: bytes("Once upon a time.\n\nThere was a violin.\n".repeat(20)),
  });
  expect(await inUse(page, "story.md")).toMatch(/plain text.*1 row/s);
  await page.getByRole("combobox", { name: "Plain text becomes" }).selectOption("blank-line");
  await expect.poll(() => inUse(page, "story.md")).toMatch(/plain text.*21 rows/s);
  await trainTwoSteps(page);

  await drop(page, {
    name: "story (1).md",
    buffer: bytes("Once upon a time.\n\nThere was a violin.\n".repeat(20)),
  });
  await page.getByText("This file is here already, as “story.md”.").waitFor({ timeout: 60_000 });
  await button(page, "Use the one that is here").click();
  await button(page, "Use table.csv").click();
  await changeRows(page);
  await writeTemplate(page);

  await button(page, "Use both.zip").click();
  await page.getByLabel("Validation file").setInputFiles({
    name: "own.csv",
    mimeType: "text/csv",
    buffer: bytes(semicolons),
  });
  await page.getByText("Validating on own.csv: 2 rows, CSV, Alpaca.").waitFor({ timeout: 60_000 });
  await inUse(page, "both.zip");
  await trainTwoSteps(page);
  await page.getByRole("textbox", { name: "Message" }).fill("What do snakes eat?");
  await button(page, "Send").click();
  await page
    .getByRole("region", { name: "After", exact: true })
    .getByText("tokens/s")
    .waitFor({ timeout: 120_000 });
  expect(errors).toEqual([]);
  await page.context().close();
});

/** Text in an encoding that only decoders know here. */
function encoded(text: string, encoding: string): Buffer {
  const decoder = new TextDecoder(encoding);
  const known = new Map<string, number[]>();
  for (let lead = 0xff; lead >= 0; lead--) {
    if (lead >= 0x80)
      for (let trail = 0x40; trail <= 0xfe; trail++)
        known.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
    known.set(decoder.decode(Uint8Array.of(lead)), [lead]);
  }
  return Buffer.from([...text].flatMap((character) => known.get(character) ?? []));
}

test("legacy encodings are suggested or chosen, with a preview", async () => {
  const studio = await sharedStudio();
  const page = await studio.browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await page.addInitScript(everyStepOpen);
  await page.goto(studio.address);
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 240_000 }).toBe(true);
  const encoding = page.getByRole("combobox", { name: "Encoding" });
  const preview = page.getByLabel("How the file reads in this encoding");
  const row = (question: string, answer: string): string => `instruction,output\n${question},${answer}\n`;

  const suggested = [
    ["windows-1252", "Windows-1252", "Où est le café ?", "À côté de la forêt."],
    ["shift_jis", "Shift-JIS", "ギターは？", "ひくものです。"],
    ["gb18030", "GB18030", "写一种水果", "梨子和苹果"],
  ] as const;
  for (const [id, title, question, answer] of suggested) {
    await drop(page, { name: `${id}.csv`, buffer: encoded(row(question, answer), id) });
    await expect.poll(() => encoding.inputValue(), { timeout: 60_000 }).toBe(id);
    await expect.poll(() => preview.innerText(), { timeout: 60_000 }).toContain(question);
    await encoding.selectOption("windows-1251");
    await expect.poll(() => preview.innerText(), { timeout: 60_000 }).not.toContain(question);
    await encoding.selectOption(id);
    await button(page, `Read it as ${title}`).click();
    expect(await inUse(page, `${id}.csv`)).toMatch(/CSV, Alpaca.*1 row/s);
    const [search, found] = [
      page.getByRole("searchbox", { name: "Search rows" }),
      button(page, "Edit: Row 1"),
    ];
    await search.fill(question.slice(1) + answer);
    await found.waitFor({ state: "detached", timeout: 60_000 });
    await search.fill(answer);
    await found.waitFor({ timeout: 60_000 });
    await search.fill("");
  }

  // UTF-16 tells itself by its mark; without one it is asked about, unless it begins with ASCII.
  const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
  await drop(page, { name: "marked.csv", buffer: utf16(`\uFEFF${row("天气怎么样？", "晴。")}`) });
  expect(await inUse(page, "marked.csv")).toMatch(/CSV, Alpaca.*1 row/s);
  await drop(page, { name: "plain.csv", buffer: utf16("问题,回答\n天气怎么样？,晴。\n") });
  await encoding.selectOption("utf-16le");
  await expect.poll(() => preview.innerText(), { timeout: 60_000 }).toContain("天气怎么样？");
  await button(page, "Read it as UTF-16").click();
  await page
    .getByRole("region", { name: "Columns" })
    .getByLabel("Column for instruction")
    .selectOption("问题");
  await page.context().close();
});
