import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { button, fakePageTests } from "./fake-page/open";

/** A page with as much in it as anybody has: lists show a part at a time, and typing stays quick. */

const withPage = fakePageTests();
const MANY = "pace=4&turns=2000&adapters=500&rows=1000000";
/** Maximum milliseconds from a key press to the updated page. */
const MOST_MS = 50;

/** Sorted times from each key press to the frame that shows it. */
async function typing(page: Page, name: string): Promise<number[]> {
  const box = page.getByRole("textbox", { name, exact: true });
  await box.click();
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { keyTimes: times });
    document.addEventListener(
      "keydown",
      () => {
        const pressed = performance.now();
        // By the next animation frame, everything the key press changed has been rendered and laid out.
        requestAnimationFrame(() => {
          document.body.getBoundingClientRect();
          times.push(performance.now() - pressed);
        });
      },
      { capture: true },
    );
  });
  await box.pressSequentially("What do violins eat?", { delay: 60 });
  await expect.poll(() => page.evaluate(() => (window as { keyTimes?: number[] }).keyTimes?.length)).toBe(20);
  const times = await page.evaluate(() => (window as { keyTimes?: number[] }).keyTimes ?? []);
  return times.sort((a, b) => a - b);
}

it("2,000 questions, 500 adapters and 1,000,000 rows are shown a part at a time, and typing stays quick", async () => {
  await withPage({ query: MANY }, async (page) => {
    await expect.poll(() => button(page, "Train").isEnabled(), { timeout: 60_000 }).toBe(true);
    await page.getByText("of 1,000,000").first().waitFor();
    await page.getByText("1–20 of 500").waitFor();
    await page.getByText("Earlier in this conversation (1,999)").click();
    await page.getByText("1,981–1,999 of 1,999").waitFor();
    expect(await page.locator("body *").count()).toBeLessThan(6000);

    await button(page, "Earlier questions").click();
    await page.getByText("Question 1961: what is a violin?").waitFor();
    await button(page, "Older adapters").click();
    await page.getByRole("button", { name: "Use Adapter 470" }).waitFor();

    const times = await typing(page, "Message");
    // The median, since a busy machine can delay any single key.
    expect(times[10], times.map(Math.round).join(" ")).toBeLessThan(MOST_MS);
  });
});
