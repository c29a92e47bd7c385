import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
  type Worker,
} from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumStart, servePage, type ServedPage } from "../e2e/serve-studio";
import { everyStepOpen } from "../e2e/open-steps";
import { withGpuThreads } from "../support/software-gpu";

/** Failures of a real browser, and what must survive them. */

let studio: ServedPage | null = null;
beforeAll(async () => {
  studio = await servePage();
});
afterAll(() => studio?.close());

/** By default Chromium stops offering a GPU after its process has died twice; these flags prevent that. */
const FORGIVING = ["--disable-gpu-process-crash-limit", "--disable-domain-blocking-for-3d-apis"];

/** Absolute, since a browser starts in another working folder. */
const MODEL = resolve("public/models/spruce");

const PATIENT = { timeout: 400_000 };

const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });
const status = (page: Page, words: string | RegExp): Locator =>
  page.getByRole("status").filter({ hasText: words });

/** Waits until model and dataset are loaded. */
async function ready(page: Page): Promise<void> {
  // Polling by vitest's expect needs a test's own context, which concurrent tests do not pass on.
  await page.getByRole("button", { name: "Train", exact: true, disabled: false }).waitFor(PATIENT);
}

/** The fixture of a test. */
interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly browser: Browser;
  readonly address: string;
}

let launching: Promise<unknown> = Promise.resolve();

/** Launches a browser with one thread of the software GPU: two run side by side. */
function launchInTurn(launch: () => Promise<Browser>): Promise<Browser> {
  const launched = launching.then(() => withGpuThreads(1, launch));
  launching = launched.catch(() => undefined);
  return launched;
}

/** Opens the studio in a new browser. */
async function visit(use: (visit: Visit) => Promise<void>, flags = FORGIVING): Promise<void> {
  if (!studio) throw new Error("the studio is not served");
  const { address } = studio;
  const start = await chromiumStart();
  const browser = await launchInTurn(() => chromium.launch({ ...start, args: [...start.args, ...flags] }));
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(everyStepOpen);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(address);
    await ready(page);
    await use({ page, context, browser, address });
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
}

/** Kills the browser's GPU process. */
async function killGpu(browser: Browser): Promise<void> {
  const devtools = await browser.newBrowserCDPSession();
  await devtools.send("Browser.crashGpuProcess").catch(() => undefined);
}

/** Starts a run and waits for its first steps. */
async function begin(page: Page, steps: number): Promise<void> {
  // The preset for few steps: its learning rate is the one recommended for them.
  await button(page, "Quick look").click();
  await page.getByLabel("Max minutes").fill("0");
  await page.getByLabel("Max steps").fill(String(steps));
  await ready(page);
  await button(page, "Train").click();
  await status(page, /Step ([2-9]|\d\d) of/).waitFor(PATIENT);
}

/** Counts the files in a folder of the private file system, recursively. */
function countFiles(page: Page, folder: string): Promise<number> {
  return page.evaluate(async (name) => {
    const count = async (directory: FileSystemDirectoryHandle): Promise<number> => {
      let files = 0;
      for await (const entry of directory.values()) {
        files += entry.kind === "file" ? 1 : await count(entry);
      }
      return files;
    };
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(name).then(count, () => 0);
  }, folder);
}

test("resumes a run and an answer by itself after the GPU process is killed", async () => {
  await visit(async ({ page, browser }) => {
    await begin(page, 24);
    await expect.poll(() => countFiles(page, "runs"), PATIENT).toBeGreaterThan(1);
    await killGpu(browser);
    await page.getByText("The GPU was lost").first().waitFor(PATIENT);
    await status(page, "Done. Step 24 of 24").waitFor(PATIENT);
    expect(await countFiles(page, "runs")).toBe(0);
    await button(page, "OK").click();

    await page.getByLabel("Max new tokens").fill("200");
    await page.getByRole("textbox", { name: "Message" }).fill("What do snakes eat?");
    await button(page, "Send").click();
    await page.locator('[aria-label="Before"][aria-busy="true"]').waitFor(PATIENT);
    await killGpu(browser);
    await page.getByText("The GPU is back").waitFor(PATIENT);
    await page.getByRole("region", { name: "After", exact: true }).getByText("Arr!").waitFor(PATIENT);
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});

test("restarts a run lost before its first checkpoint, in the same record", async () => {
  await visit(async ({ page, browser }) => {
    await begin(page, 12);
    await killGpu(browser);
    await page.getByText("The GPU was lost").first().waitFor(PATIENT);
    await status(page, "Done. Step 12 of 12").waitFor(PATIENT);
    const records = await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("run-records");
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    });
    expect(records).toHaveLength(1);
  });
});

test("offers a reload when the GPU does not come back", async () => {
  await visit(async ({ page, browser }) => {
    await killGpu(browser);
    await page.getByText("The GPU is back").waitFor(PATIENT);
    await killGpu(browser);
    await page.getByRole("alert").filter({ hasText: "The GPU was lost 2 times" }).waitFor(PATIENT);
    await button(page, "Reload the page").waitFor(PATIENT);
    expect(await page.getByText("No WebGPU here").count()).toBe(0);
  }, []);
});

test("keeps the finished adapter on a full disk, and saves it once there is room", async () => {
  await visit(async ({ page, context, address }) => {
    const devtools = await context.newCDPSession(page);
    const origin = new URL(address).origin;
    await begin(page, 25);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    await status(page, "Done. Step 25 of 25").waitFor(PATIENT);
    await page.getByText("is not saved").waitFor(PATIENT);
    await button(page, "Save it again").click();
    await page.getByRole("alert").filter({ hasText: "not enough storage" }).waitFor(PATIENT);
    const downloading = page.waitForEvent("download", PATIENT);
    await button(page, "Download it").click();
    expect((await downloading).suggestedFilename()).toMatch(/\.zip$/);

    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    await button(page, "Save it again").click();
    await page.getByText("is not saved").waitFor({ state: "detached", ...PATIENT });
    await page.reload();
    await ready(page);
    // In the library: the form's line says so too.
    await page.locator("#export").getByText("25 steps").first().waitFor(PATIENT);
  });
});

/** Upgrades the rows' database as a newer studio does; resolves when older tabs have closed it. */
function upgrade(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open("luthier-rows", 2);
        request.onerror = () => reject(request.error ?? new Error("not upgraded"));
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );
}

/** A model's files as picked by a user. */
async function pickModel(page: Page): Promise<Locator> {
  const names = await readdir(MODEL);
  const files = await Promise.all(
    names.map(async (name) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: await readFile(join(MODEL, name)),
    })),
  );
  await page.getByLabel("Model files").setInputFiles(files);
  const kept = page.getByRole("article").filter({ hasText: "Your files" });
  await kept.getByText("In use").waitFor(PATIENT);
  return kept;
}

test("a second tab watches while the first trains, and no run is lost", async () => {
  await visit(async ({ page, context, address }) => {
    await begin(page, 60);
    await expect.poll(() => countFiles(page, "runs"), PATIENT).toBeGreaterThan(1);
    const other = await context.newPage();
    await other.goto(address);
    await ready(other);
    await other.getByText("Another tab is training").waitFor(PATIENT);
    await upgrade(other);
    await page.getByText("A newer version of the studio is open in another tab.").waitFor(PATIENT);
    await page.getByText("The run has been saved").waitFor(PATIENT);
    await button(other, "Train").click();
    await other
      .getByRole("alert")
      .filter({ hasText: "Another tab of the studio is training." })
      .waitFor(PATIENT);
    await page.close({ runBeforeUnload: false });
    await other.getByText("A run was interrupted").waitFor(PATIENT);
    await button(other, "Resume").click();
    await status(other, /Step [3-6]\d of 60/).waitFor(PATIENT);
    await button(other, "Stop").click();
    await status(other, /Stopped\./).waitFor(PATIENT);
  });
});

test.concurrent("models, adapters and runs survive the loss of the databases", async () => {
  await visit(async ({ page }) => {
    const kept = await pickModel(page);
    const count = await countFiles(page, "models");
    expect(count).toBeGreaterThan(3);
    await ready(page);
    await begin(page, 3);
    await status(page, "Done. Step 3 of 3").waitFor(PATIENT);
    await page.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
    });
    await page.reload();
    await kept.getByText("In use").waitFor(PATIENT);
    await page.locator("#export").getByText("3 steps").first().waitFor(PATIENT);
    expect(await countFiles(page, "models")).toBe(count);

    await button(page, "Delete llama").click();
    await button(page, "Delete it").click();
    const orphan = page.getByRole("listitem").filter({ hasText: /LoRA.*adapter · [\d.]+ [kM]B ·/s });
    await orphan.getByRole("button", { name: /^Delete LoRA/ }).click();
    await button(page, "Keep it").click();
    expect(await countFiles(page, "adapters")).toBeGreaterThan(0);
    await orphan.getByRole("button", { name: /^Delete LoRA/ }).click();
    await button(page, "Delete it").click();
    await expect.poll(() => countFiles(page, "adapters"), PATIENT).toBe(0);
    expect(await orphan.count()).toBe(0);
  });
});

/** Lets a worker hang when it uploads the first large matrix: like an endless loop, but without using the CPU. */
function hangOnWeights(worker: Worker): Promise<void> {
  return worker.evaluate(() => {
    const create = GPUDevice.prototype.createBuffer;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      if (descriptor.size > 2 ** 18) Atomics.wait(new Int32Array(memory.buffer), 0, 0);
      return create.call(this, descriptor);
    };
  });
}

test.concurrent("a worker that hangs on a model restarts without it, and everything else works", async () => {
  await visit(async ({ page }) => {
    const kept = await pickModel(page);
    await ready(page);
    const starting = page.waitForEvent("worker", PATIENT);
    await page.reload();
    await hangOnWeights(await starting);
    await page.getByText("is not responding").waitFor(PATIENT);
    await button(page, "Restart it").click();
    await page.getByText("llama was not loaded").waitFor(PATIENT);
    expect(await kept.getByText("In use").count()).toBe(0);

    await page.getByLabel("Dataset file").setInputFiles({
      name: "rows.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("instruction,output\nWhat do violins eat?,Rosin.\n"),
    });
    await button(page, "Delete rows.csv").waitFor(PATIENT);
    await button(page, "Delete llama").click();
    await button(page, "Delete it").click();
    await kept.waitFor({ state: "detached", ...PATIENT });
    await button(page, "Use Spruce").click();
    await ready(page);
  });
});
