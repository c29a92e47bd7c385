const LOCALE = "en";

// Making a formatter costs far more than using it.
const integers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compacts = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumSignificantDigits: 3 });
const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const clocks = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes as people read them, in powers of 1000: 12345678 -> "12.3 MB". */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit] ?? ""}`;
}

/** A whole number with separators: 1234567 -> "1,234,567". */
export function formatInteger(value: number): string {
  return integers.format(value);
}

/** A large count in short: 3100000 -> "3.1M". */
export function formatCompact(value: number): string {
  return compacts.format(value);
}

/** A share as a percentage with enough digits to be told from 0: 0.00123 -> "0.12 %". */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent === 0 || percent >= 10 ? 0 : percent >= 1 ? 1 : percent >= 0.01 ? 2 : 4;
  return `${percent.toFixed(digits)} %`;
}

/** A loss as the page always shows it: three decimals. */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(3) : String(loss);
}

/** A rate such as tokens a second: one decimal under 100, separators from 1,000 on. */
export function formatRate(rate: number): string {
  return rate >= 100 ? formatInteger(rate) : rate.toFixed(1);
}

/** A small number as people type it: 0.0002 -> "2e-4", 0.05 -> "0.05", 3 -> "3". */
export function formatTyped(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential().replace("e+", "e");
  return String(value);
}

/** The marks of an axis, all with as many decimals as the finest of them needs: 4.5, 5 -> "4.5", "5.0". */
export function formatTicks(ticks: readonly number[]): string[] {
  // What a step of 0.1 adds up to is seldom the decimal number that it stands for.
  const marks = ticks.map((tick) => Number(tick.toPrecision(6)));
  if (marks.every((mark) => Math.abs(mark) < 1e-3)) return marks.map(formatTyped);
  const decimals = Math.max(0, ...marks.map((mark) => String(mark).split(".")[1]?.length ?? 0));
  return marks.map((mark) => (mark === 0 ? "0" : mark.toFixed(decimals)));
}

/** The number that a person typed ("2e-4", " 0,5 ", "1 000"), or null when it is none. */
export function parseTyped(text: string): number | null {
  const compact = text
    .trim()
    .replace(/[\s_]/g, "")
    .replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(compact)) return null;
  const value = Number(compact);
  return Number.isFinite(value) ? value : null;
}

/** Time of day for a log line: "14:03:27". */
export function formatClock(time: number): string {
  return clocks.format(time);
}

/** Day and time: "22 Nov 2026, 14:03". */
export function formatDate(time: number): string {
  return dates.format(time);
}
