import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Peaks } from "./peaks";
import type { ProductFigures } from "./products";
import type { Measurements } from "./record";
import type { AnswerFigures, TrainingFigures } from "./steps";

const NONE =
  "No card has been measured yet: `npm run bench:gpu` on yours, and commit the file that it writes.";

/** README's table of measured cards, from the files of a folder (docs/performance). */
export function cardsTable(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  if (files.length === 0) return NONE;
  const head = [
    "card",
    "f32 TFLOP/s",
    "copy GB/s",
    "largest product, of peak",
    "LoRA 0.5B, tokens/s",
    "LoRA 1.8B, tokens/s",
    "decoding 0.5B, tokens/s",
    "step of PyTorch + PEFT in f32, in ours",
  ];
  const rows = files
    .sort()
    .map((name) => cells(JSON.parse(readFileSync(join(folder, name), "utf8")) as Measurements));
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells({ device, figures }: Measurements): readonly string[] {
  const of = <T>(id: string): T | null => {
    const figure = figures[id];
    return figure && !("failed" in figure) && !("skipped" in figure) ? (figure as T) : null;
  };
  const peaks = of<Peaks>("peaks");
  const answers = of<AnswerFigures>("answers 0.5B")?.byPosition["1024"];
  return [
    device,
    peaks ? (peaks.f32 / 1e12).toPrecision(3) : "-",
    peaks ? (peaks.copy / 1e9).toFixed(0) : "-",
    productShare(of<ProductFigures>("product nt 2048×4864×896 f32"), peaks),
    trainingSpeed(of<TrainingFigures>("training 0.5B"), peaks),
    trainingSpeed(of<TrainingFigures>("training 1.8B"), peaks),
    answers && typeof answers !== "string" ? answers.decodeTokensPerSecond.toFixed(0) : "-",
    torchRatio(of<TrainingFigures>("training 0.5B"), of("torch")),
  ];
}

function productShare(product: ProductFigures | null, peaks: Peaks | null): string {
  const times = Object.values(product?.variants ?? {}).flatMap((result) =>
    typeof result === "string" ? [] : [result.ms],
  );
  if (!product || !peaks || times.length === 0) return "-";
  return percent((1000 * product.flops) / Math.min(...times) / peaks.f32);
}

function trainingSpeed(training: TrainingFigures | null, peaks: Peaks | null): string {
  if (!training) return "-";
  const { stepMs, tokens, flops } = training;
  const share = peaks ? ` (${percent((1000 * flops) / stepMs / peaks.f32)} of peak)` : "";
  return `${((1000 * tokens) / stepMs).toFixed(0)}${share}`;
}

function torchRatio(
  training: TrainingFigures | null,
  torch: { readonly f32?: Readonly<Record<string, unknown>> } | null,
): string {
  const theirs = torch?.f32?.["0.5B"] as { readonly stepMs: number } | string | undefined;
  return training && typeof theirs === "object" ? (theirs.stepMs / training.stepMs).toFixed(2) : "-";
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}
