import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mlxEntry } from "../../src/export/entries/mlx";
import type { ExportSource } from "../../src/export/entry";
import { describeModel } from "../../src/engine/models/registry";
import { bindCase, goldenCases, goldenFamilies, readJson, readTensors, under } from "../support/golden";
import { bytesOf } from "../support/export-source";

/** Writes the golden LoRA and DoRA adapters for MLX, to be checked by check_mlx.py: `… export-mlx.ts DIR`. */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: export-mlx.ts DIR");
  for (const family of goldenFamilies()) {
    const spec = describeModel(readJson(family, "config.json"));
    for (const name of goldenCases(family).filter((each) => /^(lora|dora)/.test(each))) {
      const adapter = bindCase({ spec }, family, name);
      const values = under(await readTensors(family, name, "golden.safetensors"), "after");
      const source = {
        model: { spec, tensors: new Map() },
        adapter,
        methodId: "lora",
        base: { title: family, repository: null },
        values: async () => values,
      } as unknown as ExportSource;
      const problem = mlxEntry.blocker(source);
      if (problem) {
        console.log(`${family}/${name}: ${JSON.stringify(problem)}`);
        continue;
      }
      const folder = join(directory, family, name);
      mkdirSync(folder, { recursive: true });
      for (const file of await mlxEntry.files(source, { type: null, name, withOptimizer: false }))
        writeFileSync(join(folder, file.path), await bytesOf(file));
    }
  }
  return 0;
}
