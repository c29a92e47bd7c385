import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";
import { withGpuThreads } from "../support/software-gpu";
import { chromiumStart } from "./serve-studio";

let launched: Promise<Browser> | null = null;

/**
 * The browser that the test files of a worker share; it ends with the worker. Its software GPU has one thread, which is
 * faster for small models and leaves a core to the other worker.
 */
export function sharedBrowser(): Promise<Browser> {
  launched ??= chromiumStart().then((start) => withGpuThreads(1, () => chromium.launch(start)));
  return launched;
}

/** The built studio and the shared browser. */
export interface SharedStudio {
  readonly browser: Browser;
  readonly address: string;
}

/** The built studio, served for all test files, and the shared browser. */
export async function sharedStudio(): Promise<SharedStudio> {
  return { browser: await sharedBrowser(), address: inject("studio") };
}
