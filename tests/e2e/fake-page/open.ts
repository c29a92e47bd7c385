import type { Page } from "playwright-core";
import { expect, inject } from "vitest";
import { everyStepOpen } from "../open-steps";
import { sharedBrowser } from "../shared-browser";
import { button } from "../controls";

export interface Opening {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly query?: string;
  /** Leaves the steps as a first visit finds them, instead of all open. */
  readonly firstVisit?: boolean;
  readonly locale?: string;
}

/** Returns a function that opens the page with the fake client, ready to train; errors of the page fail the test. */
export function fakePageTests(): (opening: Opening, use: (page: Page) => Promise<void>) => Promise<void> {
  return async ({ width = 1280, scheme = "light", query = "pace=1", firstVisit = false, locale }, use) => {
    const browser = await sharedBrowser();
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      ...(locale !== undefined && { locale }),
    });
    if (!firstVisit) await context.addInitScript(everyStepOpen);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    try {
      await page.goto(`${inject("fakePage")}?${query}`);
      await page.getByRole("status").waitFor();
      await use(page);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  };
}

export { button };

/** Trains to the end. */
export async function train(page: Page): Promise<void> {
  await button(page, "Train").click();
  await page.getByRole("status").filter({ hasText: "Done." }).waitFor();
}

/** Asks both sides and waits for their answers. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(question);
  await button(page, "Send").click();
  await page.locator('[aria-label="After"][aria-busy="false"]').waitFor();
}
