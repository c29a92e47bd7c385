import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { createServer } from "vite";
import { serveStudio, type ServedStudio, watchViolations } from "./serve-studio";

/** That the content security policy holds: what it forbids is refused, in the page and in the worker. */

let studio: ServedStudio | null = null;
beforeAll(async () => {
  studio = await serveStudio();
});
afterAll(() => studio?.close());

async function open(address: string): Promise<{ page: Page; violations: string[] }> {
  if (!studio) throw new Error("the studio is not served");
  const page = await (await studio.browser.newContext()).newPage();
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

test("the built page opens without a violation, and refuses what it does not need", async () => {
  if (!studio) throw new Error("the studio is not served");
  const { page, violations } = await open(studio.address);
  expect(violations).toEqual([]);
  expect((await page.evaluate(intrude)).filter(([, through]) => through)).toEqual([]);
  expect(violations.length).toBeGreaterThan(3);
  const header = (await fetch(studio.address)).headers.get("content-security-policy");
  expect(header).toContain("frame-ancestors 'none'");
  await page.context().close();
}, 240_000);

test("the page of the development server opens without a violation", async () => {
  const server = await createServer({ server: { port: 0, open: false }, logLevel: "error" });
  try {
    await server.listen();
    const address = server.resolvedUrls?.local[0] ?? "";
    const { page, violations } = await open(address);
    expect(violations).toEqual([]);
    expect((await page.evaluate(intrude)).filter(([, through]) => through)).toEqual([]);
    await page.context().close();
  } finally {
    await server.close();
  }
}, 240_000);
