import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** The button of that name. */
export const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/** Waits until model and dataset are loaded. */
export async function ready(page: Page): Promise<void> {
  await button(page, "Train").waitFor({ timeout: 120_000 });
  await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 120_000 }).toBe(true);
}
