import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(import.meta.url);
const { version } = JSON.parse(
  readFileSync(join(root, "node_modules/@sparticuz/chromium/package.json"), "utf8"),
) as { version: string };
const unpacked = join(root, `node_modules/.cache/luthier/chromium-${version}`);

/** The test browser and the software Vulkan GPU, unpacked from their npm package. */
export interface TestBrowser {
  readonly executablePath: string;
  /** Environment variables for finding the libraries and the software Vulkan GPU. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Unpacks the browser once into node_modules/.cache and returns how to start it. The package inflates to the process's
 * temporary folder, so that is overridden during the call.
 */
export async function unpackTestBrowser(): Promise<TestBrowser> {
  mkdirSync(unpacked, { recursive: true });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = unpacked;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const executablePath = await chromium.executablePath();
    if (!existsSync(join(unpacked, "al2023"))) await unpackLibraries();
    return { executablePath, env: gpuEnvironment() };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** The browser that tests drive: LUTHIER_CHROMIUM, which has its own libraries, or the test browser. */
export async function browserUnderTest(): Promise<TestBrowser> {
  const executablePath = process.env.LUTHIER_CHROMIUM;
  return executablePath ? { executablePath, env: { LD_LIBRARY_PATH: "" } } : unpackTestBrowser();
}

/** Unpacks the browser's libraries, which the package itself does only on AWS. */
async function unpackLibraries(): Promise<void> {
  const code = dirname(require.resolve("@sparticuz/chromium"));
  const { inflate } = require(join(code, "lambdafs.cjs")) as { inflate(path: string): Promise<string> };
  await inflate(join(code, "../../bin/al2023.tar.br"));
}

/**
 * The working folder of a process whose software GPU is to have a number of threads, which it reads from there when its
 * device is created. Small models run three times faster with one thread: their kernels finish before other threads
 * wake up.
 */
export function gpuThreadsFolder(threads: number): string {
  const folder = join(dirname(unpacked), `threads-${threads}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "SwiftShader.ini"), `[Processor]\nThreadCount=${threads}\n`);
  return folder;
}

/** Opens the software GPU, or a browser with it, with a number of threads; one call at a time. */
export async function withGpuThreads<T>(threads: number, open: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(gpuThreadsFolder(threads));
  try {
    return await open();
  } finally {
    process.chdir(before);
  }
}

function gpuEnvironment(): Record<string, string> {
  const libraries = [unpacked, join(unpacked, "al2023/lib"), process.env.LD_LIBRARY_PATH];
  return {
    VK_ICD_FILENAMES: join(unpacked, "vk_swiftshader_icd.json"),
    LD_LIBRARY_PATH: libraries.filter(Boolean).join(delimiter),
  };
}
