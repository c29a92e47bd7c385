import { defined } from "../../lib/invariant";
import type { EntryPoint, Kernel } from "./kernel";

const sources: Record<string, string> = import.meta.glob("../../../shaders/**/*.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** WGSL source of a shader by path under shaders/, without the extension. */
function shaderSource(name: string): string {
  return defined(sources[`../../../shaders/${name}.wgsl`], `shader ${name}`);
}

/** WGSL extensions by device feature. */
const EXTENSIONS: Partial<Record<GPUFeatureName, string>> = { "shader-f16": "f16", subgroups: "subgroups" };

const ENTRY_FILES: Readonly<Record<EntryPoint, readonly string[]>> = {
  element: ["lib/grid", "lib/entry_element"],
  row: ["lib/grid", "lib/entry_row"],
  column: ["lib/grid", "lib/entry_column"],
  own: [],
};

/** Shader files of a kernel in concatenation order. */
export function shaderFiles({ includes, entry, shader }: Kernel): string[] {
  return [...includes, ...ENTRY_FILES[entry], shader];
}

/** Complete WGSL source of a kernel: enables for required features, defines, files. */
export function assembleShader(kernel: Kernel): string {
  const extensions = kernel.requires.flatMap((feature) => EXTENSIONS[feature] ?? []);
  const enables = extensions.map((extension) => `enable ${extension};`);
  const defines = Object.entries(kernel.defines).map(([name, value]) => `const ${name} = ${value}u;`);
  return [...enables, ...defines, ...shaderFiles(kernel).map(shaderSource)].join("\n");
}

/** Hash (32-bit FNV-1a, hex) of all shader sources: what was measured with other sources is out of date. */
export function shaderVersion(): string {
  let hash = 0x811c9dc5;
  for (const name of Object.keys(sources).sort()) {
    const source = sources[name] ?? "";
    for (let index = 0; index < source.length; index++)
      hash = Math.imul(hash ^ source.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
