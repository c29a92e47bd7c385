import { type ChildProcess, spawn } from "node:child_process";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumStart } from "../e2e/serve-studio";
import { everyStepOpen } from "../e2e/open-steps";
import { gpuThreadsFolder } from "../support/software-gpu";

const LIMIT_MS = 60_000;

/** A loss reported to the page, with its time. */
export interface SeenStep {
  readonly loss: number;
  readonly at: number;
}

/** Reports each step of a run to the test, from the worker's messages; runs in the page. */
function reportSteps(): void {
  const report = (window as unknown as { reportStep(step: number, loss: number): void }).reportStep;
  const Original = Worker;
  window.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      super(...args);
      this.addEventListener("message", ({ data }: MessageEvent<Record<string, unknown>>) => {
        if (data.type !== "event" || data.name !== "training") return;
        const { steps } = data.payload as { steps: { step: number; loss: number }[] };
        for (const { step, loss } of steps) report(step, loss);
      });
    }
  };
}

/** Chromium with a persistent profile, in its own process group so that it can be killed as a whole. */
export class KillableBrowser {
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #process: ChildProcess;
  /** Uncaught errors of the page. */
  readonly errors: string[] = [];

  private constructor(browser: Browser, context: BrowserContext, process: ChildProcess) {
    this.#browser = browser;
    this.context = context;
    this.#process = process;
  }

  /** @param onStep called for each step of a run in any page */
  static async start(
    profile: string,
    onStep: (step: number, loss: number) => void = () => undefined,
  ): Promise<KillableBrowser> {
    const { executablePath, args, env } = await chromiumStart();
    const flags = [
      ...args,
      "--headless",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "--no-first-run",
      "--disable-gpu-process-crash-limit",
      "--disable-domain-blocking-for-3d-apis",
      "--window-size=1440,900",
      "about:blank",
    ];
    const child = spawn(executablePath, flags, {
      env,
      cwd: gpuThreadsFolder(1),
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    try {
      const browser = await chromium.connectOverCDP(await devtoolsAddress(child), { timeout: LIMIT_MS });
      const [context] = browser.contexts();
      if (!context) throw new Error("the browser has no profile");
      await context.exposeFunction("reportStep", onStep);
      await context.addInitScript(reportSteps);
      return new KillableBrowser(browser, context, child);
    } catch (error) {
      killGroup(child);
      throw error;
    }
  }

  async newPage(address: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.addInitScript(everyStepOpen);
    page.setDefaultTimeout(LIMIT_MS * 5);
    page.on("pageerror", (error) => this.errors.push(error.message));
    await page.goto(address);
    return page;
  }

  /** Kills the browser's GPU process. */
  async killGpu(): Promise<void> {
    const devtools = await this.#browser.newBrowserCDPSession();
    await devtools.send("Browser.crashGpuProcess").catch(() => undefined);
  }

  /** Kills all of the browser's processes at once. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    const ended =
      exitCode === null && signalCode === null
        ? new Promise((resolve) => this.#process.once("exit", resolve))
        : Promise.resolve();
    killGroup(this.#process);
    await ended;
    await this.#browser.close().catch(() => undefined);
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has already exited.
  }
}

/** The DevTools address that the browser prints. */
function devtoolsAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const timer = setTimeout(() => reject(new Error(`the browser does not start: ${printed}`)), LIMIT_MS);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-4000);
      const [, address] = /DevTools listening on (ws:\S+)/.exec(printed) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`the browser ended: ${printed}`));
    });
  });
}
