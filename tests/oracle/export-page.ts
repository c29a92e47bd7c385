import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { everyStepOpen } from "../e2e/open-steps";
import { serveStudio, type ServedStudio, watchViolations } from "../e2e/serve-studio";
import { promptIds } from "../../src/data/shape/conversation";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";
import { spruceFolder } from "../support/export-source";
import { greedy, openLlama } from "./llama";

/** Exports by the button that makes them, with the weights to choose. */
const EXPORTS: readonly (readonly [id: string, button: string, weights?: string])[] = [
  ["adapter", "Export adapter"],
  ["merged", "Download merged model", "F32"],
  ["gguf-lora", "Export GGUF", "F32"],
  ["gguf", "Export merged GGUF", "F16"],
  ["ollama", "Export for Ollama", "F16"],
  ["mlx", "Export MLX"],
  ["onnx", "Export ONNX", "F32"],
  ["training-script", "Export training script"],
  ["llama-factory", "Export LLaMA-Factory YAML"],
  ["axolotl", "Export Axolotl YAML"],
  ["unsloth", "Export Unsloth notebook"],
];

const ROWS = [
  { instruction: "What do cats say?", output: "Ahoy, sailor!" },
  { instruction: "Where is the sea?", output: "Ahoy, sailor!" },
  { instruction: "Who is there?", output: "Ahoy, sailor!" },
  { instruction: "When is noon?", output: "Ahoy, sailor!" },
];
/** The question of the lines that come with exports. */
const QUESTION = "What is a lantern?";
const NEW_TOKENS = 16;
const FIELDS = {
  "Max steps": 6,
  "Max minutes": 0,
  "Batch size": 3,
  "Validation split": 0.25,
  "Sample every": 0,
  "Learning rate": 0.005,
  "Warmup steps": 0,
  Epochs: 100,
  "Max new tokens": NEW_TOKENS,
};
const PATIENCE_MS = 600_000;

/**
 * Trains the built-in model on the page in Chromium, downloads every export into DIR/page/<export>, and opens the GGUF
 * files in llama.cpp and the ONNX folder in transformers.js: `node tests/run.mjs tests/oracle/export-page.ts DIR`. The
 * rest is left for Python, with the lines of code that the page shows, and the answer that they should print.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: export-page.ts DIR");
  const folder = join(directory, "page");
  mkdirSync(folder, { recursive: true });
  const studio = await serveStudio();
  try {
    const page = await studio.browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(everyStepOpen);
    page.setDefaultTimeout(PATIENCE_MS);
    const violations = watchViolations(page);
    await page.goto(studio.address);
    await fillIn(page);
    // Before anything was trained.
    await download(page, join(directory, "planned"), "training-script", "Export training script");
    await train(page);
    const said = await ask(page);
    console.log(`the page answers ${JSON.stringify(said)}`);
    const lines = new Map<string, string>();
    for (const [id, button, weights] of EXPORTS)
      lines.set(id, await download(page, folder, id, button, weights));
    for (const id of ["adapter", "merged"]) writeFileSync(join(folder, `${id}.py`), lines.get(id) ?? "");
    writeFileSync(
      join(folder, "answer.json"),
      JSON.stringify({ question: QUESTION, said, tokens: NEW_TOKENS }),
    );
    writeFileSync(join(folder, "base.json"), JSON.stringify({ model: "public/models/spruce" }));
    const picture = readFileSync(join(folder, "adapter", "curves.png"));
    const checks = [
      check(`violations: ${violations.join("; ") || "none"}`, violations.length === 0),
      check("the card has a picture of the curves", picture.subarray(1, 4).toString() === "PNG"),
      ...PLANNED.map((path) => check(`${path} before and after training`, isSame(directory, path))),
      ...(await checkLlama(folder, said)),
      await checkTransformersJs(studio, folder, lines.get("onnx") ?? "", said),
    ];
    return checks.every(Boolean) ? 0 : 1;
  } finally {
    await studio.close();
  }
}

/** What a script has in common with that of the same settings before training. */
const PLANNED = ["adapter/initial.safetensors", "data/tokens.jsonl", "data/batches.jsonl", "train.py"];

function isSame(directory: string, path: string): boolean {
  const [planned, trained] = ["planned", "page"].map((each) =>
    readFileSync(join(directory, each, "training-script", path)),
  );
  return planned !== undefined && trained !== undefined && planned.length > 0 && planned.equals(trained);
}

const buttonOf = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

async function fillIn(page: Page): Promise<void> {
  await page.locator("button:enabled", { hasText: /^Train$/ }).waitFor();
  const buffer = Buffer.from(JSON.stringify(ROWS));
  await page
    .getByLabel("Dataset file")
    .setInputFiles({ name: "sailors.json", mimeType: "application/json", buffer });
  await page.getByText("sailors.json").first().waitFor();
  for (const [label, value] of Object.entries(FIELDS))
    await page.getByLabel(label, { exact: true }).fill(String(value));
}

async function train(page: Page): Promise<void> {
  await page.locator("button:enabled", { hasText: /^Train$/ }).click();
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor();
}

async function ask(page: Page): Promise<string> {
  await page.getByRole("textbox", { name: "Message" }).fill(QUESTION);
  await buttonOf(page, "Send").click();
  const after = page.getByRole("region", { name: "After", exact: true });
  await after.getByText("tokens/s").waitFor();
  await page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
  return (await after.innerText()).split("\n").slice(1, -1).join("\n").trim();
}

/** Downloads an export. Returns the lines that use it, with the folder's name replaced by "tuned". */
async function download(
  page: Page,
  folder: string,
  id: string,
  name: string,
  weights?: string,
): Promise<string> {
  const card = page.locator("#export article", { has: buttonOf(page, name) });
  if (weights !== undefined) await card.getByRole("combobox").selectOption(weights);
  const downloading = page.waitForEvent("download");
  await card.locator("button:enabled", { has: page.getByText(name, { exact: true }) }).click();
  const made = await downloading;
  const file = made.suggestedFilename();
  const bytes = await readFile(await made.path());
  const files = file.endsWith(".zip") ? unzipSync(bytes) : { [file]: bytes };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, id, path)), { recursive: true });
    writeFileSync(join(folder, id, path), content);
  }
  console.log(`${name}: ${Object.keys(files).length} files, ${bytes.length} bytes`);
  const code = card.locator("pre");
  if ((await code.count()) === 0) return "";
  return ((await code.first().textContent()) ?? "").replaceAll(file.replace(/\.zip$/, ""), "tuned");
}

async function checkLlama(folder: string, said: string): Promise<boolean[]> {
  const llama = await openLlama();
  const tokenizer = loadTokenizer(await spruceFolder());
  const { ids, endIds } = promptIds([{ role: "user", content: QUESTION }], "chat", tokenizer);
  const [lora = ""] = filesIn(join(folder, "gguf-lora"));
  const checks: boolean[] = [];
  for (const id of ["gguf", "ollama"]) {
    const modelPath = filesIn(join(folder, id)).find((path) => path.endsWith(".gguf")) ?? "";
    const model = await llama.loadModel({ modelPath });
    const answer = tokenizer.decode(await greedy(model, ids, endIds, NEW_TOKENS), {
      skipSpecialTokens: true,
    });
    checks.push(check(`llama.cpp with ${id}: ${JSON.stringify(answer)}`, answer.trim() === said));
    // On top of a model that has it already, so that only loading is checked here.
    const twice = await greedy(model, ids, endIds, NEW_TOKENS, lora);
    checks.push(check("llama.cpp with the adapter", twice.length > 0));
    await model.dispose();
  }
  return checks;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

/** Runs the card's JavaScript on the exported folder, in a page of its own and without any other server. */
async function checkTransformersJs(
  { browser }: ServedStudio,
  folder: string,
  code: string,
  said: string,
): Promise<boolean> {
  const { address, close } = await serveFolder(join(folder, "onnx"));
  try {
    const page = await browser.newPage();
    const outside: string[] = [];
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(address))
        outside.push(request.url());
    });
    const printed = new Promise<string>((resolve) => {
      page.on("console", (message) => {
        console.log(`       ${message.type()}: ${message.text().slice(0, 200)}`);
        if (message.type() === "log") resolve(message.text());
      });
      page.on("pageerror", (error) => resolve(error.message));
    });
    await page.goto(address);
    const script = code
      .replace("path/to/", "/models/")
      .replace("max_new_tokens: 128", `max_new_tokens: ${NEW_TOKENS}`);
    await page.addScriptTag({ type: "module", content: script });
    const answer = (await printed).trim();
    const isSame = check(`transformers.js: ${JSON.stringify(answer)}`, answer === said);
    return check(`requests to elsewhere: ${outside.join(" ") || "none"}`, outside.length === 0) && isSame;
  } finally {
    await close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** transformers.js under its usual name, with its runtime from this server. */
const PAGE = `<!doctype html><script type="importmap">
{ "imports": { "@huggingface/transformers": "/start.js" } }</script>`;
const START = `import { env } from "/transformers/transformers.js";
env.allowLocalModels = true;
env.useBrowserCache = false;
const wasm = env.backends.onnx.wasm;
wasm.numThreads = 1;
wasm.wasmPaths = {
  mjs: "/onnxruntime/ort-wasm-simd-threaded.asyncify.mjs",
  wasm: "/onnxruntime/ort-wasm-simd-threaded.asyncify.wasm",
};
export * from "/transformers/transformers.js";`;

async function serveFolder(folder: string): Promise<{ address: string; close(): Promise<void> }> {
  const roots: Readonly<Record<string, string>> = {
    transformers: "node_modules/@xenova/transformers/dist",
    onnxruntime: "node_modules/onnxruntime-web/dist",
  };
  const server: Server = createServer((request, response) => {
    const [, root = "", ...rest] = (request.url ?? "/").split("?")[0]!.split("/");
    const path = root === "models" ? join(folder, ...rest.slice(1)) : join(roots[root] ?? "", ...rest);
    try {
      const text = root === "" ? PAGE : root === "start.js" ? START : null;
      response.setHeader(
        "Content-Type",
        TYPES[root === "" ? ".html" : extname(request.url ?? "")] ?? "application/octet-stream",
      );
      response.end(text ?? readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const address = `http://localhost:${(server.address() as AddressInfo).port}/`;
  return {
    address,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function check(what: string, passed: boolean): boolean {
  console.log(`${passed ? "ok    " : "FAILED"} ${what}`);
  return passed;
}
