import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { KillableBrowser, type SeenStep } from "./browser";
import { type Inventory, takeInventory } from "./inventory";

const WAIT_MS = 300_000;

/** The studio in a browser over one profile, opened and killed repeatedly. */
export class Studio {
  readonly address: string;
  readonly profile: string;
  /** Losses of the current run by step, as last reported to the page. */
  readonly steps = new Map<number, SeenStep>();
  /** Number of steps of a run. */
  runSteps = 0;
  /** Uncaught errors of the pages. */
  readonly errors: string[] = [];
  #browser: KillableBrowser | null = null;
  #page: Page | null = null;

  constructor(address: string, profile: string) {
    this.address = address;
    this.profile = profile;
  }

  get page(): Page {
    if (!this.#page) throw new Error("the studio is not open");
    return this.#page;
  }

  get browser(): KillableBrowser {
    if (!this.#browser) throw new Error("the browser is not open");
    return this.#browser;
  }

  /** Starts the browser, and opens the studio without waiting for it. */
  async open(): Promise<void> {
    this.#browser = await KillableBrowser.start(this.profile, (step, loss) => {
      this.steps.set(step, { loss, at: performance.now() });
    });
    this.#page = await this.#browser.newPage(this.address);
  }

  async kill(): Promise<void> {
    const { browser } = this;
    this.#browser = null;
    this.#page = null;
    await browser.kill();
    this.errors.push(...browser.errors);
  }

  /** Waits until model and dataset are loaded and no job is running. */
  async rest(page = this.page): Promise<void> {
    await until("the studio to come to rest", () => this.button("Train", page).isEnabled());
  }

  inventory(): Promise<Inventory> {
    return takeInventory(this.page);
  }

  button(name: string, page = this.page): Locator {
    return page.getByRole("button", { name, exact: true });
  }

  status(words: string | RegExp, page = this.page): Locator {
    return page.getByRole("status").filter({ hasText: words });
  }

  /** Clicks a button that downloads a zip; returns digests of its files, ignoring timestamps. */
  async download(name: string): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.button(name).click()]);
    const files = Object.entries(unzipSync(await readFile(await download.path())));
    const digests = files.map(
      ([path, bytes]) => `${path} ${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`,
    );
    return digests.sort().join(", ");
  }
}

/** Waits until `holds` returns true. */
export async function until(what: string, holds: () => Promise<boolean>, limitMs = WAIT_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(50);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
