import { afterAll, beforeAll, expect, it } from "vitest";
import { serveStudio, type ServedStudio } from "./serve-studio";

/** The built studio without a network, after one visit. */

let studio: ServedStudio | null = null;
beforeAll(async () => {
  studio = await serveStudio();
});
afterAll(() => studio?.close());

it("opens without a network after the first visit, with its model and samples, in Chinese too", async () => {
  if (!studio) throw new Error("the studio is served");
  const context = await studio.browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(studio.address);
  const train = page.getByRole("button", { name: "Train", exact: true });
  await expect.poll(() => train.isEnabled(), { timeout: 120_000 }).toBe(true);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  });
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const response = await fetch(link?.href ?? "");
    return (await response.json()) as { file_handlers: { accept: object }[] };
  });
  expect(Object.values(manifest.file_handlers[0]?.accept ?? {}).flat()).toEqual([".jsonl", ".gguf", ".zip"]);

  await context.setOffline(true);
  await page.reload();
  await expect.poll(() => train.isEnabled(), { timeout: 120_000 }).toBe(true);
  await page.getByRole("link", { name: /^Data/ }).click();
  await page.getByRole("button", { name: /^Know a shop/ }).click();
  await page.getByRole("button", { name: "Use Know a shop" }).waitFor();
  await page.getByRole("combobox", { name: "Language" }).selectOption("简体中文");
  await page.getByRole("heading", { name: "数据", exact: true }).waitFor();
  expect(errors).toEqual([]);
  await context.close();
});
