import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { chromiumStart, environmentWith } from "../e2e/serve-studio";
import { unpackTestBrowser } from "../support/software-gpu";

/** Installed by Debian's package firefox-esr; LUTHIER_FIREFOX overrides it. */
const FIREFOX = process.env.LUTHIER_FIREFOX ?? "/usr/bin/firefox-esr";

/**
 * Enables WebGPU in windows and workers where Firefox does not yet, on a blocklisted GPU, and passes the environment
 * that selects that GPU to its process.
 */
const webGpuPreferences = {
  "dom.webgpu.enabled": true,
  "dom.webgpu.workers.enabled": true,
  "gfx.webgpu.ignore-blocklist": true,
  "layers.gpu-process.enabled": false,
  "gfx.webrender.software": true,
};

/** A browser under test, driven in the same way whichever it is. */
export interface TestedBrowser {
  readonly name: string;
  readonly browser: Browser;
  /** The download folder. */
  readonly downloads: string;
  close(): Promise<void>;
}

/** Starts the installed Firefox with changed preferences only, using the test browser's software GPU as its Vulkan. */
export async function openFirefox(): Promise<TestedBrowser> {
  if (!existsSync(FIREFOX)) {
    throw new Error(
      `There is no Firefox at ${FIREFOX}. Install Debian's firefox-esr, or name another by LUTHIER_FIREFOX.`,
    );
  }
  const { env } = await unpackTestBrowser();
  const downloads = mkdtempSync(join(tmpdir(), "luthier-firefox-"));
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: true,
    env: environmentWith(env),
    extraPrefsFirefox: {
      ...webGpuPreferences,
      "browser.download.folderList": 2,
      "browser.download.dir": downloads,
    },
    protocolTimeout: 600_000,
  });
  return tested(browser, downloads);
}

/** Starts the test browser of the other suites on the same GPU. */
export async function openChromium(): Promise<TestedBrowser> {
  const downloads = mkdtempSync(join(tmpdir(), "luthier-chromium-"));
  const browser = await puppeteer.launch({
    ...(await chromiumStart()),
    headless: "shell",
    downloadBehavior: { policy: "allow", downloadPath: downloads },
    protocolTimeout: 600_000,
  });
  return tested(browser, downloads);
}

async function tested(browser: Browser, downloads: string): Promise<TestedBrowser> {
  return {
    name: await browser.version(),
    browser,
    downloads,
    async close() {
      await browser.close();
      rmSync(downloads, { recursive: true, force: true });
    },
  };
}
