import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { chromiumStart, servePage } from "../e2e/serve-studio";
import { everyStepOpen } from "../e2e/open-steps";

/**
 * Measures how long the page's main thread is blocked: while it opens, while options of the method are edited, and in a
 * run. Fails if a task of a run takes longer than 100 ms. Tasks are timed by the clock, so the machine should be idle.
 *
 *     npm run check:long-tasks -- --minutes 10
 */

const PATIENT = { timeout: 120_000 };
const LIMIT_MS = 100;

/** Long tasks by the phase in which they ended, in milliseconds. */
type Tasks = Record<string, number[]>;

/** Records long tasks. Runs in the page. */
function observe(): void {
  const state = { phase: "opening", tasks: {} as Tasks };
  Object.assign(globalThis, { longTasks: state });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) (state.tasks[state.phase] ??= []).push(duration);
  }).observe({ type: "longtask", buffered: true });
}

const enter = (page: Page, phase: string): Promise<void> =>
  page.evaluate((name) => {
    (globalThis as unknown as { longTasks: { phase: string } }).longTasks.phase = name;
  }, phase);

async function measure(page: Page, minutes: number): Promise<Tasks> {
  const train = page.getByRole("button", { name: "Train", exact: true });
  await train.and(page.locator(":enabled")).waitFor(PATIENT);
  await page.waitForTimeout(2000);
  await enter(page, "editing");
  for (const value of ["4", "16", "64", "8"]) {
    await page.getByRole("textbox", { name: "r", exact: true }).pressSequentially(value, { delay: 80 });
    await page.getByRole("textbox", { name: "target_modules" }).fill(value === "8" ? "" : "all-linear");
    await page.waitForTimeout(500);
    await page.getByRole("textbox", { name: "r", exact: true }).fill("");
  }
  await page.getByRole("textbox", { name: "r", exact: true }).fill("8");
  await page.getByLabel("Max steps").fill("100000");
  await page.getByLabel("Max minutes").fill(String(minutes));
  await page.getByLabel("Early stopping patience").fill("0");
  await enter(page, "starting");
  await train.click();
  const status = page.getByRole("status");
  await status.filter({ hasText: /^Step/ }).waitFor(PATIENT);
  await enter(page, "run");
  await status.filter({ hasText: "Done." }).waitFor({ timeout: minutes * 60_000 + PATIENT.timeout });
  return page.evaluate(() => (globalThis as unknown as { longTasks: { tasks: Tasks } }).longTasks.tasks);
}

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { minutes: { type: "string", default: "10" } } });
  const site = await servePage("long-tasks");
  const browser = await chromium.launch(await chromiumStart());
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.addInitScript(everyStepOpen);
    await page.addInitScript(observe);
    await page.goto(site.address);
    const tasks = await measure(page, Number(values.minutes));
    for (const [phase, times] of Object.entries(tasks)) {
      const list = times.map((time) => time.toFixed(0)).join(", ");
      console.log(`${phase}: ${times.length} tasks over 50 ms (${list})`);
    }
    const over = (tasks.run ?? []).filter((time) => time > LIMIT_MS);
    console.log(`in a run of ${values.minutes} min: ${over.length} tasks over ${LIMIT_MS} ms`);
    return over.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await site.close();
  }
}
