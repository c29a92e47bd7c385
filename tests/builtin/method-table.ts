import { METHOD_IDS, type MethodId } from "../../src/shared/methods";
import type { FieldValues } from "../../src/shared/fields";
import type { Quantization } from "../../src/shared/model";
import { en } from "../../src/ui/text/en";

/** One line of the table. */
export interface Entry {
  /** The method's id, followed by "+" and the variant's name if it is one. */
  readonly key: string;
  readonly title: string;
  readonly method: MethodId;
  /** Overrides of the method's defaults. */
  readonly options: FieldValues;
  readonly quantization: Quantization | null;
}

/** The measurements of an entry. */
export type Row =
  | {
      readonly trainable: number;
      readonly share: number;
      /** Mean held-out loss per token, of the base model and of the trained one. */
      readonly lossBefore: number;
      readonly lossAfter: number;
      /** Percentage of held-out prompts answered in the taught voice. */
      readonly scoreBefore: number;
      readonly scoreAfter: number;
      /** Milliseconds per training step; CPU time on a software GPU. */
      readonly stepMs: number;
      /** Bytes of the exported folder. */
      readonly bytes: number;
    }
  /** Why the method is not offered on the built-in model. */
  | { readonly refused: string };

export type Rows = Readonly<Record<string, Row>>;

/** Why a row does not show that the method taught the voice, or null if it does. */
export function shortfall(row: Row): string | null {
  if ("refused" in row) return null;
  if (!(row.lossAfter < row.lossBefore / 10)) return "the held-out loss fell to no tenth of what it was";
  if (!(row.scoreAfter > row.scoreBefore + 50)) return "fewer than half of the answers took on the voice";
  return null;
}

/**
 * The trained adapters for methods that build on some: one that has learned the voice, and others that have learned
 * something else.
 */
export const builtOn: Partial<Record<MethodId, readonly { method: MethodId; dataset: string }[]>> = {
  "mad-x-task": [{ method: "mad-x-language", dataset: "copper-fiddle" }],
  fusion: [
    { method: "pfeiffer", dataset: "pirate" },
    { method: "pfeiffer", dataset: "json-answers" },
  ],
  xlora: [
    { method: "lora", dataset: "pirate" },
    { method: "lora", dataset: "json-answers" },
  ],
};

/** Variants with a line of their own: methods in the papers, options in PEFT. */
const variants: Partial<
  Record<MethodId, Record<string, { title: string; options?: FieldValues; quantization?: Quantization }>>
> = {
  lora: {
    dora: { title: "DoRA", options: { use_dora: true } },
    pissa: { title: "LoRA from PiSSA", options: { init_lora_weights: "pissa", learningRate: 0.002 } },
    nf4: {
      title: "QLoRA (NF4 base)",
      quantization: { type: "nf4", blockSize: 64, doubleQuantization: true },
    },
  },
  "p-tuning": { lstm: { title: "P-tuning, LSTM", options: { encoder_reparameterization_type: "LSTM" } } },
};

/** All lines of the table: the registry's methods in order, each with its variants. */
export const entries: readonly Entry[] = METHOD_IDS.flatMap((method) => [
  { key: method, title: en.methods[method].title, method, options: {}, quantization: null },
  ...Object.entries(variants[method] ?? {}).map(([name, { title, options = {}, quantization = null }]) => ({
    key: `${method}+${name}`,
    title,
    method,
    options,
    quantization,
  })),
]);

export const HEAD =
  "| method | trainable | share | held-out loss before | after | in the voice before | after | ms a step | by LoRA's | on disk |\n" +
  `|${" --- |".repeat(10)}`;

/** Formats a line; the step time is also given relative to plain LoRA, if measured. */
export function formatRow({ title }: Entry, row: Row, rows: Rows): string {
  if ("refused" in row) return emptyRow(title, row.refused);
  const lora = rows.lora;
  const ratio = lora && "stepMs" in lora ? (row.stepMs / lora.stepMs).toFixed(2) : "–";
  const cells = [
    title,
    en.format.integer(row.trainable),
    en.format.share(row.share),
    en.format.loss(row.lossBefore),
    en.format.loss(row.lossAfter),
    `${row.scoreBefore} %`,
    `${row.scoreAfter} %`,
    row.stepMs.toFixed(0),
    ratio,
    en.format.bytes(row.bytes),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** A line without figures, with the reason. */
function emptyRow(title: string, reason: string): string {
  return `| ${[title, ...Array.from({ length: 8 }, () => "–"), reason].join(" | ")} |`;
}

/** The whole table; unmeasured entries say so. */
export function formatTable(rows: Rows): string {
  const lines = entries.map((entry) => {
    const row = rows[entry.key];
    return row ? formatRow(entry, row, rows) : emptyRow(entry.title, "not measured yet");
  });
  return [HEAD, ...lines].join("\n");
}
