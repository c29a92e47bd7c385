import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeHub } from "../support/fake-hub";
import { sharedStudio } from "./shared-browser";
import { everyStepOpen } from "./open-steps";

/** A model from a hub in a browser: an interrupted connection, a closed page, and the library after both. */

const FOLDER = "public/models/spruce";
const NAME = "luthier/spruce";
const TOKEN = "hf_keepThisToYourself";
/** Bytes sent before a connection breaks off; the weights are about four times as long. */
const PIECE = 1_000_000;

let hub: FakeHub | null = null;
beforeAll(async () => {
  const names = await readdir(FOLDER);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(FOLDER, name))] as const),
  );
  const rows = await readFile("tests/golden/datasets/parquet/alpaca-none.parquet");
  hub = await FakeHub.start({
    [NAME]: { files: Object.fromEntries(files), token: TOKEN },
    "datasets/luthier/woods": {
      files: { "default/train/0000.parquet": rows, "default/train/0001.parquet": rows },
    },
  });
});
afterAll(async () => {
  await hub?.stop();
});

const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });
const card = (page: Page): Locator => page.getByRole("article").filter({ hasText: NAME });

/** Everything in the page origin's storage, as text. */
function keptText(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    const read = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of folder.values()) {
        if (entry.kind === "directory") await read(entry);
        else if (entry.name.endsWith(".json")) texts.push(await (await entry.getFile()).text());
      }
    };
    await read(await navigator.storage.getDirectory());
    const result = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("not read"));
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name ?? ""));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        texts.push(JSON.stringify([await result(objects.getAllKeys()), await result(objects.getAll())]));
      }
      database.close();
    }
    return texts.join("\n");
  });
}

test("a model download survives broken connections and a reload, and stays in the library", async () => {
  if (!hub) throw new Error("no hub");
  const studio = await sharedStudio();
  Object.assign(hub.trouble, { drops: 2, dropAfterBytes: PIECE });
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(studio.address);
  await page.getByRole("textbox", { name: "Hub endpoint" }).fill(hub.endpoint);
  await page.getByRole("textbox", { name: "Repository" }).fill(NAME);
  await page.getByLabel("Access token").fill(TOKEN);
  await button(page, "Download").click();

  await page.getByText("1.3 MB of 4.3 MB").waitFor({ timeout: 120_000 });
  hub.arrived(PIECE);
  await page.getByText("2.3 MB of 4.3 MB").waitFor({ timeout: 120_000 });
  await page.reload();

  await page.getByText("2.3 MB of 4.3 MB downloaded").waitFor({ timeout: 120_000 });
  expect(await page.getByLabel("Access token").inputValue()).toBe("");
  await page.getByLabel("Access token").fill(TOKEN);
  await button(page, `Continue ${NAME}`).click();
  await card(page).getByText("In use").waitFor({ timeout: 240_000 });
  const weights = hub.fileRequests().filter(({ path }) => path.endsWith("model.safetensors"));
  expect(weights.map(({ range }) => range)).toEqual([null, `bytes=${PIECE}-`, `bytes=${2 * PIECE}-`]);

  // The token was sent to the hub only, and appears neither in storage nor on the page.
  const [toHub, toFiles] = (["hub", "files"] as const).map((wanted) =>
    hub?.seen.filter(({ host }) => host === wanted).map(({ authorization }) => authorization),
  );
  expect(new Set(toHub)).toEqual(new Set([`Bearer ${TOKEN}`]));
  expect(new Set(toFiles)).toEqual(new Set([null]));
  expect(await keptText(page)).toContain("luthier-settings");
  expect(await keptText(page)).not.toContain(TOKEN);
  expect(said.join()).not.toContain(TOKEN);

  const requests = hub.seen.length;
  await page.reload();
  await card(page).getByText("In use").waitFor({ timeout: 240_000 });
  expect(await page.getByRole("textbox", { name: "Hub endpoint" }).inputValue()).toBe(hub.endpoint);
  expect(hub.seen).toHaveLength(requests);

  await button(page, `Delete ${NAME}`).click();
  await button(page, "Delete it").click();
  await expect.poll(() => card(page).count()).toBe(0);
  expect(errors).toEqual([]);
  await context.close();
});

test("fetches the first rows of a dataset by name, and reports a missing split without dropping the current dataset", async () => {
  if (!hub) throw new Error("no hub");
  const studio = await sharedStudio();
  const page = await studio.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(everyStepOpen);
  await page.goto(studio.address);
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 240_000 }).toBe(true);
  await page.getByRole("textbox", { name: "Hub endpoint" }).fill(hub.endpoint);
  await page.locator("#data").getByText("From the Hugging Face Hub", { exact: true }).click();
  const field = (name: string): Locator => page.getByRole("textbox", { name, exact: true });
  await field("Hub dataset").fill("luthier/woods");
  await field("Split").fill("test");
  await field("Rows").fill("3");
  await button(page, "Get dataset").click();
  await page.getByText(/no split “test”/).waitFor({ timeout: 60_000 });
  const inUse = page.getByRole("listitem").and(page.locator("[data-current]"));
  expect(await inUse.innerText()).toMatch(/pirate/);
  await field("Split").fill("");
  hub.seen.length = 0;
  await button(page, "Get dataset").click();
  await inUse.filter({ hasText: "luthier/woods (default, train)" }).waitFor({ timeout: 120_000 });
  expect(await inUse.innerText()).toMatch(/Parquet, Alpaca.*3 rows/s);
  const asked = hub.seen.filter(({ path }) => path.includes(".parquet"));
  expect(asked.some(({ path }) => path.includes("0001"))).toBe(false);
  expect(asked.at(-1)?.range).toMatch(/^bytes=0-\d+$/);
  await page.close();
});
