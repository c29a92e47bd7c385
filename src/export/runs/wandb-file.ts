import { zipSync } from "fflate";
import type { RunDetails, RunSummary } from "../../shared/run-record";
import { checksumBy, field, integerField, join, text, textField } from "./protobuf";

/** A zip with the folder of an offline run, which `wandb sync` uploads once it is unpacked. */
export function wandbZip(summary: RunSummary, details: RunDetails): Uint8Array<ArrayBuffer> {
  return zipSync({ [wandbPath(summary)]: wandbFile(summary, details) });
}

/** Names of the folder and the file of an offline run, as `wandb sync` expects them. */
export function wandbPath({ id, startedAt }: Pick<RunSummary, "id" | "startedAt">): string {
  const [day = "", time = ""] = new Date(startedAt)
    .toISOString()
    .replace(/[-:]|\..*$/g, "")
    .split("T");
  return `offline-run-${day}_${time}-${runId(id)}/run-${runId(id)}.wandb`;
}

/** W&B's ids are short and of letters and digits. */
function runId(id: string): string {
  return id.replace(/[^a-zA-Z0-9]/g, "").slice(0, 32);
}

/**
 * A run as the file of W&B's offline runs: `Record` messages of wandb_internal.proto (num 1, history 2, summary 3,
 * run 17, exit 18, header 21, footer 22) in LevelDB's log format.
 */
export function wandbFile(summary: RunSummary, details: RunDetails): Uint8Array<ArrayBuffer> {
  const { config, data, model, environment, startedAt, elapsedMs } = summary;
  const seconds = Math.floor(startedAt / 1000);
  const settings = {
    ...config.training,
    ...{ method: config.method.id, ...config.method.options },
    ...{ model: model.title, dataset: data.name, dataset_rows: data.rows, template: config.templateId },
    ...{ gpu: environment.gpu, browser: environment.browser },
  };
  const history = historyOf(details);
  const run = join([
    textField(1, runId(summary.id)),
    textField(3, "luthier"),
    field(4, items(1, settings)),
    textField(8, `${summary.number} · ${summary.name}`),
    ...(summary.note === "" ? [] : [textField(9, summary.note)]),
    field(17, integerField(1, seconds)),
  ]);
  const last = Object.assign({}, ...history.map(({ values }) => values)) as Record<string, unknown>;
  const contents = [
    field(21, field(1, join([textField(1, PRODUCER), textField(2, PRODUCER)]))),
    field(17, run),
    ...history.map(({ step, time, values }) => {
      const all = { ...values, _step: step, _timestamp: time, _runtime: time - startedAt / 1000 };
      return field(2, join([items(1, all), field(2, integerField(1, step))]));
    }),
    field(3, items(1, last)),
    field(
      18,
      join([
        integerField(1, summary.state === "failed" ? 1 : 0),
        integerField(2, Math.round(elapsedMs / 1000)),
      ]),
    ),
    field(22, new Uint8Array()),
  ];
  return logFile(contents.map((content, index) => join([integerField(1, index + 1), content])));
}

/** The version of W&B whose reader this is checked with. */
const PRODUCER = "0.22.0";

interface HistoryRow {
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A row per step: W&B's steps only rise, so a validation is part of its step's row. */
function historyOf({ steps, validation }: Pick<RunDetails, "steps" | "validation">): HistoryRow[] {
  const rows = new Map<number, { time: number; values: Record<string, number> }>();
  const rowAt = (step: number, time: number) => {
    const row = rows.get(step) ?? { time, values: {} };
    rows.set(step, row);
    return row;
  };
  for (const { step, loss, learningRate, gradNorm, epoch, activeMs = 0 } of steps) {
    const figures = { "train/loss": loss, "train/learning_rate": learningRate, "train/grad_norm": gradNorm };
    Object.assign(rowAt(step, activeMs / 1000).values, figures, { "train/epoch": epoch });
  }
  for (const { step, loss, scores = {} } of validation) {
    const named = Object.entries(scores).map(([id, value]) => [`eval/${id}`, value]);
    Object.assign(rowAt(step, 0).values, Object.fromEntries(named), { "eval/loss": loss });
  }
  return [...rows].sort(([a], [b]) => a - b).map(([step, row]) => ({ step, ...row }));
}

/** Values by key, each as JSON; W&B writes numbers that JSON lacks as words. */
function items(number: number, values: Readonly<Record<string, unknown>>): Uint8Array {
  return join(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => field(number, join([textField(1, key), textField(16, json(value))]))),
  );
}

function json(value: unknown): string {
  if (typeof value !== "number" || Number.isFinite(value)) return JSON.stringify(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

const BLOCK = 32768;
const HEADER = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4] as const;
/** W&B takes zlib's CRC-32 where LevelDB takes CRC-32C. */
const checksum = checksumBy(0xedb88320);

/** LevelDB's log format behind W&B's own header: records are cut at blocks of 32 KiB. */
function logFile(records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [join([text(":W&B"), Uint8Array.of(0xe1, 0xbe, 0)])];
  let at = HEADER;
  for (const record of records) {
    let start = 0;
    do {
      const room = BLOCK - (at % BLOCK);
      if (room < HEADER) {
        parts.push(new Uint8Array(room));
        at += room;
        continue;
      }
      const end = Math.min(record.length, start + room - HEADER);
      const isLast = end === record.length;
      parts.push(
        chunk(record.subarray(start, end), start === 0 ? (isLast ? FULL : FIRST) : isLast ? LAST : MIDDLE),
      );
      at += HEADER + end - start;
      start = end;
      if (isLast) break;
    } while (start <= record.length);
  }
  return join(parts);
}

function chunk(data: Uint8Array, type: number): Uint8Array {
  const head = new Uint8Array(HEADER);
  const view = new DataView(head.buffer);
  view.setUint32(0, checksum(join([Uint8Array.of(type), data])), true);
  view.setUint16(4, data.length, true);
  view.setUint8(6, type);
  return join([head, data]);
}
