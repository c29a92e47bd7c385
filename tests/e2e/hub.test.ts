import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeHub } from "../support/fake-hub";
import { serveStudio, type ServedStudio } from "./serve-studio";

/** A model from a hub in a browser: a connection that breaks off, a page that goes away, and the library after both. */

const FOLDER = "public/models/spruce";
const NAME = "luthier/spruce";
/** Bytes sent before a connection breaks off; the weights are about four times as long. */
const PIECE = 1_000_000;

let studio: ServedStudio | null = null;
let hub: FakeHub | null = null;
beforeAll(async () => {
  const names = await readdir(FOLDER);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(FOLDER, name))] as const),
  );
  hub = await FakeHub.start({ [NAME]: { files: Object.fromEntries(files) } });
  studio = await serveStudio();
});
afterAll(async () => {
  await studio?.close();
  await hub?.stop();
});

const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });
const card = (page: Page): Locator => page.getByRole("article").filter({ hasText: NAME });

test("a model is downloaded over broken connections and a reload, and stays in the library", async () => {
  if (!studio || !hub) throw new Error("nothing is served");
  Object.assign(hub.trouble, { drops: 2, dropAfterBytes: PIECE });
  const context = await studio.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  await page.getByRole("textbox", { name: "Hub endpoint" }).fill(hub.endpoint);
  await page.getByRole("textbox", { name: "Repository" }).fill(NAME);
  await button(page, "Download").click();

  await page.getByText("1.3 MB of 4.3 MB").waitFor({ timeout: 120_000 });
  hub.arrived(PIECE);
  await page.getByText("2.3 MB of 4.3 MB").waitFor({ timeout: 120_000 });
  await page.reload();

  await page.getByText("2.3 MB of 4.3 MB are here").waitFor({ timeout: 120_000 });
  await button(page, `Continue ${NAME}`).click();
  await card(page).getByText("In use").waitFor({ timeout: 240_000 });
  const weights = hub.fileRequests().filter(({ path }) => path.endsWith("model.safetensors"));
  expect(weights.map(({ range }) => range)).toEqual([null, `bytes=${PIECE}-`, `bytes=${2 * PIECE}-`]);

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
