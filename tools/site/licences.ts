import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";

type OutputBundle = Rolldown.OutputBundle;

/** The file of the built site with the licences of everything it contains. */
const FILE = "licenses.txt";
/** Packages that bundle others. */
const CARRIED: Readonly<Record<string, readonly string[]>> = {
  "@huggingface/transformers": ["@huggingface/tokenizers"],
};
/** Licence texts of packages that ship none. */
const TEXTS = fileURLToPath(new URL("licence-texts/", import.meta.url));
const LICENCE_FILE = /^(licen[cs]e|notice|copying|copyright)/i;
const root = fileURLToPath(new URL("../../", import.meta.url));

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Writes the licences of every package in the page or its worker. The build fails if a package has none. `plugin` is
 * for the page's build, `workerPlugin` for the worker's, which runs first.
 */
export function licencePlugins(): { plugin: Plugin; workerPlugin: () => Plugin } {
  const folders = new Set<string>();
  const note = (ids: readonly string[]): void => {
    for (const id of ids) {
      const folder = packageFolder(id);
      if (folder) folders.add(folder);
    }
  };
  const noteChunks = (bundle: OutputBundle): void => {
    for (const output of Object.values(bundle)) if (output.type === "chunk") note(output.moduleIds);
  };
  return {
    workerPlugin: () => ({
      name: "luthier-worker-licences",
      generateBundle: (_, bundle) => {
        noteChunks(bundle);
      },
    }),
    plugin: {
      name: "luthier-licences",
      // Style sheets are no longer in any chunk when it is written.
      moduleParsed: ({ id }) => {
        if (/\.css(\?|$)/.test(id)) note([id]);
      },
      generateBundle(_, bundle) {
        noteChunks(bundle);
        this.emitFile({ type: "asset", fileName: FILE, source: licencesOf([...folders]) });
      },
      configureServer({ middlewares }) {
        // Nothing is bundled in development, so direct dependencies are listed instead.
        middlewares.use(`/${FILE}`, (_, response) => {
          const { dependencies = {} } = readPackage(root);
          const used = Object.keys(dependencies).map((name) => join(root, "node_modules", name));
          response.setHeader("Content-Type", "text/plain; charset=utf-8");
          response.end(licencesOf(used));
        });
      },
    },
  };
}

/** The folder of the package that a module belongs to; null for the studio's own. */
function packageFolder(id: string): string | null {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? null;
}

/** The studio's own licence, then those of packages by name. @throws Error for a package without one */
function licencesOf(folders: readonly string[]): string {
  const carried = folders.flatMap((folder) => CARRIED[readPackage(folder).name] ?? []);
  const all = new Set([...folders, ...carried.map((name) => join(root, "node_modules", name))]);
  const packages = [...all].map((folder) => ({ ...readPackage(folder), folder }));
  packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts = packages.map(({ name, version, license = "", folder }) => {
    const text = licenceText(folder) || ownText(name);
    if (text === "") throw new Error(`${name} ships no licence: put its text into tools/site/licence-texts`);
    return `${name} ${version} (${license})\n\n${text}`;
  });
  const own = `Luthier\n\n${readFileSync(join(root, "LICENSE"), "utf8").trim()}`;
  return [own, ...parts].join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}

function licenceText(folder: string): string {
  return readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").trim())
    .join("\n\n");
}

function ownText(name: string): string {
  const file = join(TEXTS, `${name.replace("/", "+")}.txt`);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
}
