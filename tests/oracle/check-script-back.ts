import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adapterFromFolder } from "../../src/engine/adapters/from-folder";
import { describeModel } from "../../src/engine/models/registry";
import { readHostTensors } from "../../src/export/peft";
import { bytesSource } from "../../src/formats/byte-source";
import { readPeftFolder } from "../../src/formats/peft-folder";

/** Largest difference of a trained value, relative to the largest value of its tensor. */
const TOLERANCE = 1e-3;

/**
 * The way back: reads the adapters that check_script.py trained as the page does when they are dropped on it, and compares
 * their values with what the page trained: `node tests/run.mjs tests/oracle/check-script-back.ts DIR`.
 */
export async function main([directory]: string[]): Promise<number> {
  if (!directory) throw new Error("usage: check-script-back.ts DIR");
  let compared = 0;
  let passed = true;
  for (const name of readdirSync(directory)) {
    const folder = join(directory, name, "training-script");
    const adapter = join(folder, "one", "adapter");
    if (!existsSync(adapter)) continue;
    const { model } = JSON.parse(readFileSync(join(directory, name, "base.json"), "utf8")) as {
      model: string;
    };
    const spec = describeModel(
      JSON.parse(readFileSync(join(model, "config.json"), "utf8")) as Readonly<Record<string, unknown>>,
    );
    const sources = ["adapter_config.json", "adapter_model.safetensors"].map((file) =>
      bytesSource(file, new Uint8Array(readFileSync(join(adapter, file)))),
    );
    const found = adapterFromFolder(await readPeftFolder(sources), spec);
    const trained = await readHostTensors(
      new Uint8Array(readFileSync(join(folder, "page/trained.safetensors"))),
    );
    const shared = [...trained].filter(([parameter]) => found.values.has(parameter));
    let largest = 0;
    for (const [parameter, { data }] of shared) {
      const theirs = found.values.get(parameter)!.data;
      const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
      data.forEach(
        (value, at) => (largest = Math.max(largest, Math.abs(value - (theirs[at] ?? NaN)) / scale)),
      );
    }
    const good = largest <= TOLERANCE;
    passed &&= good;
    compared += shared.length;
    console.log(
      `${good ? "ok    " : "FAILED"} ${name}: ${shared.length} of ${trained.size} tensors, largest difference ${largest.toExponential(1)}`,
    );
  }
  return passed && compared > 0 ? 0 : 1;
}
