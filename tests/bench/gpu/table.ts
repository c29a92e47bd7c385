import type { GpuInfo } from "../../../src/engine/gpu/device";
import type { Peaks } from "./peaks";
import type { ProductFigures } from "./products";
import type { Figures, Measurements } from "./record";
import type { AnswerFigures, TrainingFigures } from "./steps";

type Cells = readonly string[];

/** The measurements as text: what the device can do, and how much of it each part reaches. */
export function formatMeasurements({ device, figures }: Measurements): string {
  const of = <T>(prefix: string): (readonly [string, T])[] =>
    Object.entries(figures)
      .filter(([id, figure]) => id.startsWith(prefix) && !("failed" in figure))
      .map(([id, figure]) => [id.slice(prefix.length), figure as T]);
  const [[, info] = ["", null]] = of<GpuInfo>("adapter");
  const [[, peaks] = ["", null]] = of<Peaks>("peaks");
  const failed = Object.entries(figures).filter(([, figure]) => "failed" in figure);
  return [
    `${device}: ${info ? limits(info) : "?"}`,
    ...(peaks ? [describePeaks(peaks)] : []),
    table([
      ["product", "B", "best", "TFLOP/s", "of peak", "each variant, ms"],
      ...of<ProductFigures>("product ").map(([name, product]) => productRow(name, product, peaks)),
    ]),
    table([
      ["LoRA, all linear", "step", "tokens/s", "of peak", "dispatches", "peak MB", "predicted", "tuning"],
      ...of<TrainingFigures>("training ").map(([name, training]) => trainingRow(name, training, peaks)),
    ]),
    ...of<TrainingFigures>("training ").map(([name, training]) => kernelTable(name, training)),
    table([
      ["answers", "after", "prefill tokens/s", "decode tokens/s", "of bandwidth"],
      ...of<AnswerFigures>("answers ").flatMap(([name, answers]) => answerRows(name, answers, peaks)),
    ]),
    ...of<Figures>("torch").map(([, torch]) => describeTorch(torch, of<TrainingFigures>("training "))),
    ...failed.map(([id, figure]) => `${id} failed: ${String(figure.failed)}`),
  ].join("\n\n");
}

function limits({ software, features, maxBindingBytes, maxBufferBytes }: GpuInfo): string {
  const known = ["shader-f16", "subgroups", "timestamp-query"].filter((name) => features.includes(name));
  const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const kind = software ? "software" : "GPU";
  return [kind, ...known, `bindings of ${size(maxBindingBytes)}, buffers of ${size(maxBufferBytes)}`].join(
    ", ",
  );
}

function describePeaks({ f32, f16, copy }: Peaks): string {
  const half = f16 === null ? "" : `, ${tera(f16)} in f16`;
  return `Multiply-adds ${tera(f32)} TFLOP/s in f32${half}; copy ${(copy / 1e9).toFixed(1)} GB/s`;
}

function productRow(name: string, { flops, variants, skipped }: ProductFigures, peaks: Peaks | null): Cells {
  const at = name.lastIndexOf(" ");
  const [product, kind] = [name.slice(0, at), name.slice(at + 1)];
  const timed = Object.entries(variants).sort(([, a], [, b]) => timeOf(a) - timeOf(b));
  const each = timed.map(([id, result]) =>
    typeof result === "string" ? `${id}: ${result}` : `${id} ${result.ms.toPrecision(3)}`,
  );
  const [best] = timed;
  if (!best || typeof best[1] === "string") return [product, kind, "-", "-", "-", skipped ?? each.join(", ")];
  const rate = (1000 * flops) / best[1].ms;
  return [product, kind, best[0], tera(rate), share(rate, peaks?.f32), each.join(", ")];
}

function timeOf(result: { readonly ms: number } | string): number {
  return typeof result === "string" ? Infinity : result.ms;
}

function trainingRow(name: string, training: TrainingFigures, peaks: Peaks | null): Cells {
  const { stepMs, tokens, flops, dispatches, peakBytes, predictedBytes, tuning } = training;
  return [
    training.gradientCheckpointing ? `${name}, checkpointing` : name,
    `${stepMs.toFixed(0)} ms`,
    ((1000 * tokens) / stepMs).toFixed(0),
    share((1000 * flops) / stepMs, peaks?.f32),
    String(dispatches),
    (peakBytes / 1e6).toFixed(0),
    (predictedBytes / 1e6).toFixed(0),
    `${tuning.ms.toFixed(0)} ms, ${Object.keys(tuning.choices).length} choices`,
  ];
}

function kernelTable(name: string, { kernels }: TrainingFigures): string {
  if (!kernels) return `${name}: no timestamps, so no shares of kernels`;
  const total = kernels.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
  return table([
    [`a step of ${name}`, "ms", "share", "dispatches"],
    ...kernels.map(({ kernel, elapsedMs, dispatches }) => [
      shortened(kernel),
      elapsedMs.toFixed(2),
      share(elapsedMs, total),
      String(dispatches),
    ]),
  ]);
}

/** A kernel's op, shader, storage kind, constants and grid, without the other libraries it includes. */
function shortened(kernel: string): string {
  const words = kernel.split(" ");
  const shader = words.findLastIndex((word) => word.includes("/"));
  const isKept = (word: string, index: number): boolean =>
    index === shader || !word.includes("/") || /(weight|blocks)_(?!element)/.test(word);
  return words.filter(isKept).join(" ").replaceAll("lib/", "");
}

function answerRows(name: string, { weightBytes, byPosition }: AnswerFigures, peaks: Peaks | null): Cells[] {
  return Object.entries(byPosition).map(([position, speed]) =>
    typeof speed === "string"
      ? [name, position, speed, "-", "-"]
      : [
          name,
          position,
          speed.prefillTokensPerSecond.toFixed(1),
          speed.decodeTokensPerSecond.toFixed(1),
          // A token reads every weight once; a copy moves its bytes twice.
          share(weightBytes * speed.decodeTokensPerSecond, peaks?.copy),
        ],
  );
}

function describeTorch(torch: Figures, ours: readonly (readonly [string, TrainingFigures])[]): string {
  if ("skipped" in torch) return `PyTorch + PEFT: ${String(torch.skipped)}`;
  const rows = ["f32", "bf16"].flatMap((dtype) => {
    const figures = torch[dtype] as Readonly<Record<string, { stepMs: number } | number | string>>;
    return ours.map(([name, { stepMs }]) => {
      const theirs = figures[name];
      const isTimed = typeof theirs === "object";
      return [
        `${name}, ${dtype}`,
        isTimed ? `${theirs.stepMs.toFixed(0)} ms` : String(theirs),
        isTimed ? `${(theirs.stepMs / stepMs).toFixed(2)}` : "-",
      ];
    });
  });
  return table([["PyTorch + PEFT", "step", "ours is faster by"], ...rows]);
}

function tera(perSecond: number): string {
  return (perSecond / 1e12).toPrecision(3);
}

function share(part: number, whole: number | undefined): string {
  return whole ? `${((100 * part) / whole).toFixed(1)} %` : "-";
}

/** Rows in aligned columns. */
export function table(rows: readonly Cells[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
