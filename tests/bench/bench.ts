import type { GpuInfo } from "../../src/engine/gpu/device";
import { openBrowser } from "./browser";
import { installRivals } from "./rivals";
import type { Place } from "./place";
import type { LeftOut, Scope } from "./suite/scope";
import { decodingRows, formatTable, gemmRow, type Row, trainingRows } from "./table";

const USAGE = `npm run bench [-- options]
  --node       run in Node on Dawn instead of the test browser (LUTHIER_GPU=native: on this machine's GPU)
  --quick      one shape and few runs, and without nanogpt: to see that everything works
  --no-rivals  measure Luthier alone
  --only PART  gemm, decoding or training
  --profile    GPU time of each kernel of one training step instead
Ends with 0 when Luthier was measured, with or without each of its rivals, which it names; with 1 when it was not.`;

/** Measures Luthier and its rivals side by side and prints one table. */
export async function main(args: readonly string[]): Promise<number> {
  const known = ["--node", "--quick", "--no-rivals", "--only", "--profile", "gemm", "decoding", "training"];
  if (args.some((arg) => !known.includes(arg))) {
    console.error(USAGE);
    return 2;
  }
  const { scope, leftOut } = chooseScope(args);
  const place = args.includes("--node") ? (await import("./node")).openNode() : await openBrowser();
  try {
    const gpu = await place.run((bench) => bench.gpuInfo(), scope);
    console.log(`\n${describe(gpu)}, ${place.name}`);
    if (args.includes("--profile")) await printProfile(place, scope);
    else {
      const measured = await measure(place, args, scope);
      console.log(formatTable(measured.rows));
      for (const { rival, why } of [...leftOut, ...measured.leftOut])
        console.log(`Without ${rival}: ${why}.`);
    }
    return 0;
  } catch (error) {
    console.error(`The benchmark broke off: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await place.close();
  }
}

/** The requested rivals that are installed, and why the others are not. */
function chooseScope(args: readonly string[]): { scope: Scope; leftOut: readonly LeftOut[] } {
  const quick = args.includes("--quick");
  if (args.includes("--no-rivals") || args.includes("--profile"))
    return { scope: { rivals: [], quick }, leftOut: [] };
  const { rivals, leftOut } = installRivals();
  if (!quick) return { scope: { rivals, quick }, leftOut };
  const slow: LeftOut = {
    rival: "nanogpt",
    why: "each of its steps takes more than a minute on a software GPU (--quick)",
  };
  return {
    scope: { rivals: rivals.filter((rival) => rival !== "nanogpt"), quick },
    leftOut: [...leftOut.filter(({ rival }) => rival !== "nanogpt"), slow],
  };
}

async function measure(
  place: Place,
  args: readonly string[],
  scope: Scope,
): Promise<{ rows: readonly Row[]; leftOut: readonly LeftOut[] }> {
  const wants = (part: string): boolean => !args.includes("--only") || args.includes(part);
  const rows: Row[] = [];
  const leftOut: LeftOut[] = [];
  if (wants("gemm")) {
    console.error("GEMM …");
    const gemm = await place.run((bench, scope) => bench.gemm(scope), scope);
    rows.push(...gemm.results.map(gemmRow));
    leftOut.push(...gemm.leftOut);
  }
  if (wants("decoding")) {
    console.error("Decoding …");
    rows.push(...decodingRows(await place.run((bench, scope) => bench.decoding(scope), scope)));
  }
  if (wants("training")) {
    console.error("Training …");
    const training = await place.run((bench, scope) => bench.training(scope), scope);
    rows.push(...trainingRows(training));
    leftOut.push(...training.leftOut);
  }
  return { rows, leftOut };
}

async function printProfile(place: Place, scope: Scope): Promise<void> {
  const costs = await place.run((bench) => bench.profile(), scope);
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
