import { type DecodingResult, PROMPT, WIDE } from "./suite/decoding";
import type { GemmResult } from "./suite/gemm";
import { STEP_TOKENS } from "./suite/model";
import type { TrainingResult } from "./suite/training";

/** One line of the table, ready to print. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly rival: string;
  readonly ratio: string;
  readonly goal: string;
}

const HEAD: Row = { what: "", ours: "Luthier", rival: "rival", ratio: "ratio", goal: "goal" };

/** GEMM times compared with the best rival's, the others in brackets. */
export function gemmRow({ label, flops, ours, rivals }: GemmResult): Row {
  const [best, ...others] = Object.entries(rivals).sort(([, a], [, b]) => a - b);
  const named = ([name, ms]: [string, number]): string => `${name} ${ms.toFixed(0)} ms`;
  const rest = others.length > 0 ? ` (${others.map(named).join(", ")})` : "";
  return {
    what: label,
    ours: `${ours.toFixed(1)} ms, ${(flops / ours / 1e6).toFixed(2)} GFLOP/s`,
    rival: best ? named(best) + rest : "-",
    ratio: best ? `${(best[1] / ours).toFixed(2)}x` : "-",
    goal: "1.5x",
  };
}

/** The training rows. */
export function trainingRows(result: TrainingResult): Row[] {
  const { tokensPerSecond, rival, peakBytes, predictedBytes } = result;
  const plain = (what: string, ours: string): Row => ({ what, ours, rival: "-", ratio: "-", goal: "-" });
  return [
    {
      what: `LoRA training, tokens/s (${STEP_TOKENS} a step)`,
      ours: tokensPerSecond.toFixed(1),
      rival: rival ? `nanogpt ${rival.tokensPerSecond.toFixed(1)}` : "-",
      ratio: rival ? `${(tokensPerSecond / rival.tokensPerSecond).toFixed(1)}x` : "-",
      goal: "8x",
    },
    {
      what: "Peak GPU bytes, rival: our prediction",
      ours: peakBytes.toLocaleString("en"),
      rival: predictedBytes.toLocaleString("en"),
      ratio: (peakBytes / predictedBytes).toFixed(3),
      goal: "0.95 to 1.05",
    },
    plain("Dispatches a layer, forward and backward", String(result.dispatchesPerLayer)),
    plain("Share of a step outside the GPU", `${(100 * result.hostShare).toFixed(2)} %`),
    plain("Decoding, tokens/s", result.decodeTokensPerSecond.toFixed(1)),
  ];
}

/** The rows of answering: blocks of SmolLM2-135M's shape in Q4_1, and draws from a wide vocabulary. */
export function decodingRows(result: DecodingResult): Row[] {
  const { prefillMs, greedyMs, drawnMs, drawnByHostMs } = result;
  const plain = (what: string, ms: number): Row => ({
    what,
    ours: `${ms.toFixed(1)} ms`,
    rival: "-",
    ratio: "-",
    goal: "-",
  });
  return [
    plain(`Prefill of ${PROMPT} tokens, four blocks`, prefillMs),
    plain("A greedy token, four blocks", greedyMs),
    {
      ...plain(`A drawn token among ${WIDE.toLocaleString("en")}`, drawnMs),
      rival: `drawn on the host ${drawnByHostMs.toFixed(1)} ms`,
      ratio: `${(drawnByHostMs / drawnMs).toFixed(1)}x`,
    },
  ];
}

/** Rows in aligned columns. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows].map(({ what, ours, rival, ratio, goal }) => [what, ours, rival, ratio, goal]);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join(" | ")
        .trimEnd(),
    )
    .join("\n");
}
