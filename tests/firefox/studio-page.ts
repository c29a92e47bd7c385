import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ElementHandle, JSHandle, Page } from "puppeteer-core";
import type { TrainingReport } from "../../src/protocol/events";
import type { TestedBrowser } from "./browsers";
import { everyStepOpen } from "../e2e/open-steps";

/** A file to upload. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The answers of both sides of a comparison. */
export interface Answers {
  readonly before: string;
  readonly after: string;
}

interface Told {
  readonly reports: readonly TrainingReport[];
}

const PATIENCE_MS = 120_000;

/** Drives the studio in a browser through its accessible names. */
export class StudioPage {
  readonly errors: string[] = [];
  readonly #page: Page;
  readonly #downloads: string;

  private constructor(page: Page, downloads: string) {
    this.#page = page;
    this.#downloads = downloads;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.errors.push(String(error)));
    // The page asks before it is left during a run.
    page.on("dialog", (dialog) => void dialog.accept());
  }

  /** Opens the studio in a new page and waits until it can train. */
  static async open({ browser, downloads }: TestedBrowser, address: string): Promise<StudioPage> {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(everyStepOpen);
    await page.setViewport({ width: 1440, height: 900 });
    await page.evaluateOnNewDocument(listenToWorker);
    const studio = new StudioPage(page, downloads);
    await page.goto(address);
    await studio.ready();
    return studio;
  }

  /** Waits until model and dataset are loaded. */
  async ready(): Promise<void> {
    await this.#until("Train can be pressed", () =>
      [...document.querySelectorAll("button")].some(
        ({ textContent, disabled }) => textContent === "Train" && !disabled,
      ),
    );
  }

  async reload(): Promise<void> {
    await this.#page.reload();
    await this.ready();
  }

  /** Clicks the button of that name once it is enabled. */
  async press(name: string): Promise<void> {
    const find = (wanted: string): Element | null =>
      [...document.querySelectorAll("button")].find(
        (button) => (button.ariaLabel ?? button.textContent) === wanted && !button.disabled,
      ) ?? null;
    await this.#click(await this.#find(`the button ${name}`, find, name));
  }

  /** Clicks the label of a checkbox or radio button, optionally within a named group. */
  async tick(label: string, group = ""): Promise<void> {
    const find = (wanted: string, within: string): Element | null => {
      const groups = [...document.querySelectorAll("[role=group], [role=radiogroup]")];
      const named = (element: Element): string | undefined =>
        element.ariaLabel ??
        document.getElementById(element.getAttribute("aria-labelledby") ?? "")?.textContent ??
        undefined;
      const root = within === "" ? document : groups.find((element) => named(element) === within);
      return [...(root?.querySelectorAll("label") ?? [])].find((l) => l.textContent === wanted) ?? null;
    };
    await this.#click(await this.#find(`the choice ${label}`, find, label, group));
  }

  /** Replaces a field's value. */
  async type(label: string, value: string): Promise<void> {
    const field = await this.#control(label);
    await field.evaluate((element) => {
      if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) return;
      element.focus();
      element.select();
    });
    await this.#page.keyboard.type(value);
  }

  /** Sets the files of the file input of that name. */
  async give(label: string, files: readonly GivenFile[]): Promise<void> {
    const find = (wanted: string): Element | null =>
      document.querySelector(`input[type=file][aria-label="${wanted}"]:not(:disabled)`);
    const input = await this.#find(`the file input ${label}`, find, label);
    mkdirSync(join(this.#downloads, "given"), { recursive: true });
    const folder = mkdtempSync(join(this.#downloads, "given", "files-"));
    const paths = files.map(({ name, bytes }) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    });
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  }

  /** Waits until the page contains a text, visible or not. */
  async reads(text: string): Promise<void> {
    await this.#until(
      `the page says "${text}"`,
      (wanted: string) => document.body.textContent?.includes(wanted) === true,
      text,
    );
  }

  /** Waits until the status line starts with a word. Throws if the run fails. */
  async status(start: string): Promise<void> {
    const handle = await this.#until(
      `the status line begins with "${start}"`,
      (wanted: string) => {
        const line = document.querySelector("[role=status]")?.textContent ?? "";
        return line.startsWith(wanted) || line.startsWith("Failed.") ? line : null;
      },
      start,
    );
    const line = String(await handle.jsonValue());
    if (!line.startsWith(start)) throw new Error(`The run failed.\n${await this.#troubles()}`);
  }

  /** Asks both sides and waits for their answers. */
  async ask(question: string): Promise<Answers> {
    await this.type("Message", question);
    await this.press("Send");
    const handle = await this.#until("both sides have answered", () => {
      const [before, after] = ["Before", "After"].map((name) =>
        document.querySelector(`section[aria-label="${name}"]`),
      );
      const isDone = (side: Element | null | undefined): boolean =>
        side?.getAttribute("aria-busy") === "false" && side.textContent?.includes("tokens/s") === true;
      const said = (side: Element | null | undefined): string => side?.querySelector("p")?.textContent ?? "";
      return isDone(before) && isDone(after) ? { before: said(before), after: said(after) } : null;
    });
    return (await handle.jsonValue()) as Answers;
  }

  /** Asks the base model, before there is an adapter, and returns the displayed tokens per second. */
  async speed(question: string): Promise<number> {
    await this.type("Message", question);
    await this.press("Send");
    const handle = await this.#until("the base model has answered", () => {
      const before = document.querySelector('section[aria-label="Before"]');
      if (before?.getAttribute("aria-busy") !== "false") return null;
      return /^([\d.]+) tokens/.exec(before.querySelector("footer")?.textContent ?? "")?.[1];
    });
    return Number(await handle.jsonValue());
  }

  /** Waits until a select has an option of that name. */
  async offers(label: string, choice: string): Promise<void> {
    const has = (wanted: string, name: string): boolean => {
      const select = document.querySelector<HTMLSelectElement>(`select[aria-label="${wanted}"]`);
      return [...(select?.options ?? [])].some(({ text }) => text === name);
    };
    await this.#until(`${label} has the choice ${choice}`, has, label, choice);
  }

  /** Waits for a new file in the download folder and returns its bytes. */
  async download(press: () => Promise<void>): Promise<Uint8Array> {
    const listed = (): string[] => readdirSync(this.#downloads).filter((name) => name.endsWith(".zip"));
    const known = new Set(listed());
    await press();
    const started = Date.now();
    while (Date.now() - started < PATIENCE_MS) {
      // Browsers write to a temporary file beside the one they create last.
      const names = readdirSync(this.#downloads);
      const added = listed().find((name) => !known.has(name));
      const isPartial = names.some((name) => /\.(part|crdownload)$/.test(name));
      if (added && !isPartial) {
        const bytes = readFileSync(join(this.#downloads, added));
        if (bytes.length > 0) return bytes;
      }
      await sleep(100);
    }
    throw new Error(`no file was saved; the folder has ${readdirSync(this.#downloads).join(", ")}`);
  }

  /** The losses of all steps of the latest run, as reported by the worker. */
  async losses(): Promise<number[]> {
    const { reports } = await this.#told();
    const lastStart = reports.findLastIndex(({ steps }) => steps.some(({ step }) => step === 1));
    return reports.slice(lastStart).flatMap(({ steps }) => steps.map(({ loss }) => loss));
  }

  /** Why a run failed, with any other problems on the page. */
  async #troubles(): Promise<string> {
    const shown = await this.#page.evaluate(() => {
      const texts = document.querySelectorAll("[role=status], [role=alert], [role=region] pre");
      return [...texts].map(({ textContent }) => textContent).join("\n");
    });
    return [shown, ...this.errors].join("\n");
  }

  /** Trains to the end. The status of the previous run may still stand when Train has just been pressed. */
  async train(): Promise<void> {
    const before = countStarts(await this.#told());
    await this.press("Train");
    await this.#until(
      "a run has begun",
      (starts: string) => {
        const { reports } = (globalThis as unknown as { luthierTold: Told }).luthierTold;
        return reports.filter(({ steps }) => steps.some(({ step }) => step === 1)).length > Number(starts);
      },
      String(before),
    );
    await this.status("Done.");
  }

  async #told(): Promise<Told> {
    return this.#page.evaluate(() => (globalThis as unknown as { luthierTold: Told }).luthierTold);
  }

  async #control(label: string): Promise<ElementHandle> {
    const find = (wanted: string): Element | null => {
      const labels = [...document.querySelectorAll("label")];
      const control = labels.find(({ textContent }) => textContent === wanted)?.control;
      return control && !(control as HTMLInputElement).disabled ? control : null;
    };
    return this.#find(`the field ${label}`, find, label);
  }

  /** Clicks without a pointer, which would miss elements that move while the page is loading. */
  async #click(element: ElementHandle): Promise<void> {
    await element.evaluate((shown) => (shown as HTMLElement).click());
  }

  async #find<Args extends readonly string[]>(
    what: string,
    find: (...args: Args) => Element | null,
    ...args: Args
  ): Promise<ElementHandle> {
    const element = (await this.#until(what, find, ...args)).asElement();
    if (!element) throw new Error(`${what} is no element`);
    return element as ElementHandle;
  }

  async #until<Args extends readonly string[]>(
    what: string,
    find: (...args: Args) => unknown,
    ...args: Args
  ): Promise<JSHandle> {
    try {
      return await this.#page.waitForFunction(
        find as unknown as (...args: unknown[]) => unknown,
        { polling: 50 },
        ...args,
      );
    } catch (cause) {
      throw new Error(`Waited in vain until ${what}.\n${await this.#troubles()}`, { cause });
    }
  }
}

/** Records the worker's training events. Runs in the page before its own scripts. */
function listenToWorker(): void {
  const reports: unknown[] = [];
  class HeardWorker extends Worker {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      this.addEventListener("message", ({ data }: MessageEvent<Record<string, unknown>>) => {
        if (data.type === "event" && data.name === "training") reports.push(data.payload);
      });
    }
  }
  Object.assign(globalThis, { Worker: HeardWorker, luthierTold: { reports } });
}

/** Number of runs that have reported their first step. */
function countStarts({ reports }: Told): number {
  return reports.filter(({ steps }) => steps.some(({ step }) => step === 1)).length;
}
