import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { createServer } from "vite";
import { watchViolations } from "./serve-studio";
import { sharedStudio } from "./shared-browser";
import { everyStepOpen } from "./open-steps";

/** The content security policy holds: what it forbids is refused, in the page and in the worker. */

async function open(address: string): Promise<{ page: Page; violations: string[] }> {
  const studio = await sharedStudio();
  const page = await (await studio.browser.newContext()).newPage();
  await page.addInitScript(everyStepOpen);
  const violations = watchViolations(page);
  await page.goto(address);
  await page.getByRole("button", { name: "Train", exact: true }).waitFor({ timeout: 120_000 });
  return { page, violations };
}

/** Attempts forbidden by the policy; each returns whether it succeeded. */
function intrude() {
  const tag = (name: string, set: (element: HTMLElement) => void): HTMLElement => {
    const element = document.createElement(name);
    set(element);
    document.head.append(element);
    return element;
  };
  const tries: Record<string, () => boolean | Promise<boolean>> = {
    "an inline script": () => {
      tag("script", (script) => script.append("window.intruded = true"));
      return "intruded" in window;
    },
    "HTML made of text": () => {
      document.createElement("div").innerHTML = "<img>";
      return true;
    },
    // DevTools may evaluate code; a timeout runs it as the page.
    eval: () =>
      new Promise((resolve) => {
        setTimeout(() => {
          try {
            resolve(Boolean((0, eval)("1")));
          } catch {
            resolve(false);
          }
        });
      }),
    "a worker of another origin": () => Boolean(new Worker("https://example.org/worker.js")),
    "an inline style": () => {
      tag("style", (style) => style.append("html { --intruded: 1 }"));
      return getComputedStyle(document.documentElement).getPropertyValue("--intruded") !== "";
    },
    "a base address": () => {
      tag("base", (base) => base.setAttribute("href", "https://example.org/"));
      return document.baseURI.startsWith("https://example.org");
    },
    "a request without encryption": async () => {
      await fetch("http://example.org/", { mode: "no-cors" });
      return true;
    },
  };
  return Promise.all(
    Object.entries(tries).map(async ([name, work]) => {
      const through = await Promise.resolve()
        .then(work)
        .catch(() => false);
      return [name, through] as const;
    }),
  );
}

/** Own rows, two steps, a question and an export; studio.test.ts covers the rest in the built page. */
async function doShortJob(page: Page): Promise<void> {
  const patient = { timeout: 120_000 };
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await page.getByLabel("Dataset file").setInputFiles({
    name: "rows.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("instruction,output\nWhat do violins eat?,Rosin.\nAnd cellos?,More rosin.\n"),
  });
  await button("Delete rows.csv").waitFor(patient);
  await page.getByLabel("Max steps").fill("2");
  await expect.poll(() => button("Train").isEnabled(), patient).toBe(true);
  await button("Train").click();
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor(patient);
  await page.getByRole("textbox", { name: "Message" }).fill("What do violins eat?");
  await button("Send").click();
  await page.getByRole("region", { name: "After", exact: true }).getByText("tokens/s").waitFor(patient);
  for (const name of ["Export adapter", "Download merged model"]) {
    const downloading = page.waitForEvent("download", patient);
    await button(name).click();
    await downloading;
  }
}

test("the built page opens without a violation, and refuses what it does not need", async () => {
  const studio = await sharedStudio();
  const { page, violations } = await open(studio.address);
  expect(violations).toEqual([]);
  expect((await page.evaluate(intrude)).filter(([, through]) => through)).toEqual([]);
  expect(violations.length).toBeGreaterThan(3);
  const header = (await fetch(studio.address)).headers.get("content-security-policy");
  expect(header).toContain("frame-ancestors 'none'");
  await page.context().close();
}, 240_000);

test("the development server's page completes a job without a violation", async () => {
  const server = await createServer({ server: { port: 0, open: false }, logLevel: "error" });
  try {
    await server.listen();
    const address = server.resolvedUrls?.local[0] ?? "";
    const { page, violations } = await open(address);
    await doShortJob(page);
    expect(violations).toEqual([]);
    expect((await page.evaluate(intrude)).filter(([, through]) => through)).toEqual([]);
    await page.context().close();
  } finally {
    await server.close();
  }
}, 240_000);
