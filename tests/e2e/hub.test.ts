import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportFiles } from "../../src/export/registry";
import { bytesOf, madeUpSource, spruceFolder } from "../support/export-source";
import { FakeHub } from "../support/fake-hub";
import { PushHub, WRITE_TOKEN } from "../support/push-hub";
import { watchViolations } from "./serve-studio";
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

/** Files of an adapter for the built-in model, to be dropped on the page. */
async function adapterFiles() {
  const source = madeUpSource(await spruceFolder(), "lora", { r: 4 });
  const { files } = await exportFiles(source, "adapter", {
    type: null,
    name: "lantern",
    withOptimizer: false,
  });
  return Promise.all(
    files
      .filter(({ path }) => path.startsWith("adapter_"))
      .map(async (file) => ({
        name: file.path,
        mimeType: "application/octet-stream",
        buffer: Buffer.from(await bytesOf(file)),
      })),
  );
}

test("an adapter and the merged model are pushed to a repository of one's own", async () => {
  const studio = await sharedStudio();
  const target = await PushHub.start();
  target.partBytes = 1_000_000;
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  const violations = watchViolations(page);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("worker", (worker) => worker.on("console", (message) => said.push(message.text())));
  await page.goto(studio.address);
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 240_000 }).toBe(true);
  await page.getByLabel("Adapter files").setInputFiles(await adapterFiles());
  const field = (name: string): Locator => page.getByRole("textbox", { name, exact: true });
  await field("Destination").fill("ada/lantern");
  await field("Push endpoint").fill(target.endpoint);
  await button(page, "Push to Hub").click();
  await page.getByText(/needs an access token to publish/).waitFor({ timeout: 60_000 });
  await page.getByLabel("Write token").fill(WRITE_TOKEN);
  await button(page, "Push to Hub").click();
  const link = page.getByRole("link", { name: `${target.endpoint}/ada/lantern`, exact: true });
  await link.waitFor({ timeout: 120_000 });
  const names = ["README.md", "adapter_config.json", "adapter_model.safetensors"];
  expect([...target.files("ada/lantern").keys()].sort()).toEqual(names);
  expect(target.repositories.get("ada/lantern")?.isPrivate).toBe(true);

  // A connection that is cut while the weights are uploaded.
  let cuts = 2;
  target.fault = ({ method }) => (method === "PUT" && cuts-- > 0 ? "dropped" : null);
  await page.getByLabel("What to push").selectOption({ index: 1 });
  await field("Destination").fill("woods/merged@draft");
  await button(page, "Push to Hub").click();
  await page
    .getByRole("link", { name: `${target.endpoint}/woods/merged/tree/draft`, exact: true })
    .waitFor({ timeout: 240_000 });
  const merged = target.files("woods/merged", "draft");
  expect(merged.get("model.safetensors")?.length).toBeGreaterThan(4_000_000);
  expect(target.files("woods/merged").size).toBe(0);

  // Nothing stays of a push that is cancelled.
  target.storageDelayMs = 5000;
  target.stored.clear();
  await field("Destination").fill("ada/never");
  await button(page, "Push to Hub").click();
  await expect.poll(() => target.repositories.has("ada/never"), { timeout: 60_000 }).toBe(true);
  await page.locator("#export").getByRole("button", { name: "Cancel", exact: true }).click();
  await expect.poll(() => target.repositories.has("ada/never"), { timeout: 60_000 }).toBe(false);

  const withToken = target.seen.filter(({ headers }) => headers.authorization !== undefined);
  expect(new Set(withToken.map(({ host }) => host))).toEqual(new Set(["hub"]));
  expect(target.seen.map(({ url, body }) => url + body.toString("latin1")).join()).not.toContain(WRITE_TOKEN);
  expect(said.join()).not.toContain(WRITE_TOKEN);
  expect(await keptText(page)).not.toContain(WRITE_TOKEN);
  expect(violations).toEqual([]);
  await context.close();
  await target.stop();
});
