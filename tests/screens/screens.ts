import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { everyStepOpen } from "../e2e/open-steps";
import { serveFakePage } from "../e2e/fake-page/serve";
import { chromiumStart } from "../e2e/serve-studio";
import { type ScreenState, states } from "./states";

/**
 * Photographs the page in every state, width, scheme and language into docs/screens.
 *
 *     npm run screens                                  # everything
 *     npm run screens -- --state first --width 360     # or some of it
 */

const WIDTHS = ["360", "768", "1440", "1920"] as const;
const SCHEMES = ["light", "dark"] as const;
/** What is animated or fetched has come to rest by then. */
const SETTLE_MS = 1200;
/** A run on a busy machine takes a while. */
const PATIENCE_MS = 180_000;
const LANGUAGES = { en: "en-GB", zh: "zh-CN" } as const;

const OPTIONS = {
  state: { type: "string", multiple: true },
  width: { type: "string", multiple: true },
  scheme: { type: "string", multiple: true },
  language: { type: "string", multiple: true },
  out: { type: "string", default: "docs/screens" },
} as const;

/** One picture. */
interface Shot {
  readonly state: ScreenState;
  readonly width: string;
  readonly scheme: (typeof SCHEMES)[number];
  readonly language: keyof typeof LANGUAGES;
}

const chosen = <T extends string>(all: readonly T[], wanted: readonly string[] | undefined): readonly T[] =>
  wanted ? all.filter((one) => wanted.includes(one)) : all;

/** Photographs one state, and returns the file's name. */
async function photograph(
  browser: Browser,
  address: string,
  { state, width, scheme, language }: Shot,
  out: string,
) {
  const context = await browser.newContext({
    viewport: { width: Number(width), height: Number(width) < 800 ? 800 : 900 },
    colorScheme: scheme,
    locale: LANGUAGES[language],
    reducedMotion: "reduce",
  });
  if (state.open) await context.addInitScript(everyStepOpen);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${address}?${state.query}`);
  await page.getByRole("status").waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await state.reach?.(page);
  await page.waitForTimeout(SETTLE_MS / 2);
  const name = `${state.name}-${language}-${width}-${scheme}.png`;
  await page.screenshot({ path: join(out, name), fullPage: true });
  await context.close();
  return name;
}

export async function main(args: string[]): Promise<void> {
  const { values: only } = parseArgs({ args, options: OPTIONS });
  const languages = chosen(["en", "zh"], only.language);
  const shots = states
    .filter(({ name }) => only.state?.includes(name) ?? true)
    .flatMap((state) =>
      languages.flatMap((language) =>
        chosen(SCHEMES, only.scheme).flatMap((scheme) =>
          chosen(WIDTHS, only.width).map((width): Shot => ({ state, language, scheme, width })),
        ),
      ),
    );
  await mkdir(only.out, { recursive: true });
  const served = await serveFakePage("screens");
  const browser = await chromium.launch(await chromiumStart());
  try {
    for (const shot of shots) console.log(await photograph(browser, served.address, shot, only.out));
  } finally {
    await browser.close();
    await served.close();
  }
}
