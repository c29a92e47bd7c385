import type { GpuInfo } from "../../src/engine/gpu/device";
import { openBrowser } from "./browser";
import { installRivals } from "./rivals";
import type { Place } from "./place";
import { formatTable, gemmRow, type Row, trainingRows } from "./table";

const USAGE = `npm run bench [-- options]
  --node       run in Node on Dawn instead of the test browser (LUTHIER_GPU=native: on this machine's GPU)
  --no-rivals  measure Luthier alone
  --only PART  gemm or training
  --profile    GPU time of each kernel of one training step instead`;

/** Measures Luthier and its rivals side by side and prints one table. */
export async function main(args: readonly string[]): Promise<number> {
  const known = ["--node", "--no-rivals", "--only", "--profile", "gemm", "training"];
  if (args.some((arg) => !known.includes(arg))) {
    console.error(USAGE);
    return 2;
  }
  const withRivals = !args.includes("--no-rivals") && !args.includes("--profile") && installRivals();
  const place = args.includes("--node") ? (await import("./node")).openNode() : await openBrowser();
  try {
    const gpu = await place.run((bench) => bench.gpuInfo(), false);
    console.log(`\n${describe(gpu)}, ${place.name}`);
    if (args.includes("--profile")) await printProfile(place);
    else console.log(formatTable(await measure(place, args, withRivals)));
  } finally {
    await place.close();
  }
  return 0;
}

async function measure(place: Place, args: readonly string[], withRivals: boolean): Promise<Row[]> {
  const wants = (part: string): boolean => !args.includes("--only") || args.includes(part);
  const rows: Row[] = [];
  if (wants("gemm")) {
    console.error("GEMM …");
    rows.push(...(await place.run((bench, rivals) => bench.gemm(rivals), withRivals)).map(gemmRow));
  }
  if (wants("training")) {
    console.error("Training …");
    rows.push(...trainingRows(await place.run((bench, rivals) => bench.training(rivals), withRivals)));
  }
  return rows;
}

async function printProfile(place: Place): Promise<void> {
  const costs = await place.run((bench) => bench.profile(), false);
  const total = costs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
  for (const { kernel, dispatches, elapsedMs } of costs) {
    const share = `${((100 * elapsedMs) / total).toFixed(1)} %`;
    console.log(`${elapsedMs.toFixed(1).padStart(9)} ms ${share.padStart(7)} ${dispatches} x ${kernel}`);
  }
}

function describe({ name, software, features }: GpuInfo): string {
  const optional = ["shader-f16", "subgroups"].filter((feature) => features.includes(feature));
  return `${name} (${[software ? "software" : "GPU", ...optional].join(", ")})`;
}
