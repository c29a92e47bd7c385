import { dirname, join } from "node:path";
import { create, globals } from "webgpu";
import { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { shaderVersion } from "../../../src/engine/gpu/shaders";
import { Tuner } from "../../../src/engine/kernels/tuner";
import { putIntoDocs } from "../../support/docs-table";
import { listMeasurements } from "./measurements";
import { predictions } from "./predict";
import { cardsTable } from "./readme";
import { MeasurementFile } from "./record";
import { formatMeasurements } from "./table";

const USAGE = `npm run bench:gpu [-- options]
  --small         tiny shapes, to see that everything works
  --software      on the software GPU of the test browser (on Linux; otherwise Vulkan's own choice)
  --minutes N     stop after N minutes (10); the next run measures what is left
  --again         measure everything again
  --out FILE      instead of docs/performance/<device>.json (with --small: of node_modules/.cache/luthier)
Measures this machine's GPU through Dawn and prints one table.`;

const root = join(import.meta.dirname, "../../..");

interface Options {
  readonly small: boolean;
  readonly again: boolean;
  readonly minutes: number;
  readonly out: string | null;
}

/** Measures what the device's file lacks, until the time is up. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (!options) {
    console.error(USAGE);
    return 2;
  }
  const started = performance.now();
  const left = (): number => options.minutes * 60_000 - (performance.now() - started);
  const gpu = await openNative();
  const name = gpu.info.name || "unnamed";
  const file = new MeasurementFile(
    options.out ?? defaultPath(name, options.small),
    name,
    shaderVersion(),
    options.again,
  );
  const pipelines = new PipelineCache(gpu);
  const bench = { gpu, pipelines, tuner: new Tuner(gpu, pipelines), left };
  // A measurement that takes unexpectedly long loses only itself.
  const watchdog = setTimeout(() => {
    console.log(
      `${formatMeasurements(file.data)}\nStopped in the middle of a measurement; run again for the rest.`,
    );
    process.exit(0);
  }, left() + GRACE_MS);
  let failures = 0;
  try {
    for (const { id, measure } of listMeasurements(options.small)) {
      if (file.has(id)) continue;
      if (left() <= 0) break;
      console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${id}`);
      try {
        file.set(id, await measure(bench));
      } catch (error) {
        failures += 1;
        const reason = error instanceof Error ? error.message : String(error);
        console.error(`        failed: ${reason}`);
        file.set(id, { failed: reason });
        gpu.check();
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
  console.log(`${formatMeasurements(file.data)}\n\n${predictions()}`);
  const missing = listMeasurements(options.small).filter(({ id }) => !file.has(id));
  if (missing.length > 0) console.log(`${missing.length} measurements are left: run again.`);
  console.log(`Written to ${file.path}`);
  if (!options.small && !options.out)
    putIntoDocs("bench:gpu", cardsTable(dirname(file.path)), join(root, "README.md"));
  gpu.close();
  return failures === 0 ? 0 : 1;
}

const GRACE_MS = 30_000;

function parse(args: readonly string[]): Options | null {
  const rest = [...args];
  const take = (name: string): boolean => {
    const at = rest.indexOf(name);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  };
  const value = (name: string): string | null => {
    const at = rest.indexOf(name);
    return at < 0 ? null : (rest.splice(at, 2)[1] ?? null);
  };
  // Evaluated by tests/run.mjs before this process can choose an adapter.
  take("--software");
  const options = {
    small: take("--small"),
    again: take("--again"),
    minutes: Number(value("--minutes") ?? 10),
    out: value("--out"),
  };
  return rest.length === 0 && options.minutes > 0 ? options : null;
}

function defaultPath(device: string, isSmall: boolean): string {
  const name = device
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const folder = isSmall ? "node_modules/.cache/luthier/performance" : "docs/performance";
  return join(root, folder, `${name}.json`);
}

async function openNative(): Promise<Gpu> {
  // Dawn otherwise hides f16 from NVIDIA's cards, and rounds timestamps to a tenth of a millisecond.
  const instance = create([
    "enable-dawn-features=vulkan_enable_f16_on_nvidia",
    "disable-dawn-features=timestamp_quantization",
  ]);
  Object.assign(globalThis, globals);
  // Keep Dawn alive: its threads crash the process if the instance is collected first.
  Object.assign(globalThis, { luthierDawn: instance });
  return Gpu.open(instance);
}
