import { formatTyped } from "../lib/typed-number";

/** Language-specific words around numbers and times. */
export interface FormatWords {
  /** BCP 47 tag; also the page's `lang`. */
  readonly locale: string;
  /** Locale for dates and lists, if it differs. */
  readonly regionalLocale?: string;
  readonly percent: (number: string) => string;
  readonly milliseconds: (number: string) => string;
  readonly seconds: (number: string) => string;
  readonly minutes: (number: string) => string;
  readonly hours: (number: string) => string;
  /** Marks a time as an estimate. */
  readonly about: (time: string) => string;
}

/** Formats numbers, quantities, times, counts and lists in one language. */
export type Format = { readonly locale: string } & NumberFormats & TimeFormats & WordFormats;

interface NumberFormats {
  /** Integer with thousands separators: 1234567 -> "1,234,567". */
  integer(value: number): string;
  /** Number with a fixed number of decimals and no thousands separators. */
  fixed(value: number, decimals: number): string;
  /** Bytes in powers of 1000: 12345678 -> "12.3 MB". */
  bytes(bytes: number): string;
  /** Compact large number: 3100000 -> "3.1M". */
  compact(value: number): string;
  /** Percentage with enough digits to differ from 0: 0.00123 -> "0.12 %". */
  share(share: number): string;
  /** Fraction of completed work: 0.129 -> "12 %". */
  done(share: number): string;
  /** Loss with three decimals. */
  loss(loss: number): string;
  /** Rate such as tokens per second: one decimal below 100, separators from 1,000. */
  rate(rate: number): string;
  /** Axis ticks with equal decimals, as many as the finest needs: 4.5, 5 -> "4.5", "5.0". */
  ticks(ticks: readonly number[]): string[];
}

interface TimeFormats {
  /** Time of day for a log line: "14:03:27". */
  clock(time: number): string;
  /** Date and time: "22 Nov 2026, 14:03". */
  date(time: number): string;
  /** Estimated duration, rounded: "about 3 min". */
  about(ms: number): string;
  /** Elapsed time: "2 min 5 s". */
  exactly(ms: number): string;
  /** Duration of one step, with two or three digits. */
  step(ms: number): string;
}

/** Noun forms by the language's plural rules; "other" is the default. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

interface WordFormats {
  /** A count with its noun: "1 row", "2 rows". */
  plural(count: number, forms: PluralForms): string;
  /** "a, b, c" */
  list(items: readonly string[]): string;
  /** "a, b or c" */
  either(items: readonly string[]): string;
}

/**
 * Creates a language's formats. Creating an `Intl` formatter is far more expensive than using it, so each is created
 * once.
 */
export function createFormat(words: FormatWords): Format {
  const { locale } = words;
  const numbers = numberFormats(words);
  return { locale, ...numbers, ...timeFormats(words, numbers), ...wordFormats(words, numbers) };
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function numberFormats({ locale, percent }: FormatWords): NumberFormats {
  const integers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const compacts = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
  const plain = once((decimals: number) => new Intl.NumberFormat(locale, exactly(decimals)));
  const units = once(
    (key: string) =>
      new Intl.NumberFormat(locale, {
        ...exactly(key.endsWith("1") ? 1 : 0),
        style: "unit",
        unit: key.slice(0, -1),
      }),
  );
  const byteSymbol = new Intl.NumberFormat(locale, { style: "unit", unit: "byte", unitDisplay: "narrow" })
    .formatToParts(0)
    .find(({ type }) => type === "unit")?.value;
  const fixed = (value: number, decimals: number) => plain(decimals).format(value);

  return {
    integer: (value) => integers.format(value),
    fixed,
    bytes(bytes) {
      let value = Math.max(0, bytes);
      let unit = 0;
      while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
        value /= 1000;
        unit++;
      }
      // Many languages spell out the byte although its multiples have symbols.
      if (unit === 0) return `${fixed(value, 0)} ${byteSymbol ?? ""}`;
      return units(`${BYTE_UNITS[unit] ?? ""}${value >= 99.95 ? 0 : 1}`).format(value);
    },
    compact: (value) => compacts.format(value),
    share(share) {
      const value = share * 100;
      const decimals = value === 0 || value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.01 ? 2 : 4;
      return percent(fixed(value, decimals));
    },
    done: (share) => percent(fixed(Math.floor(share * 100), 0)),
    loss: (loss) => (Number.isFinite(loss) ? fixed(loss, 3) : String(loss)),
    rate: (rate) => (rate >= 100 ? integers.format(rate) : fixed(rate, 1)),
    ticks(ticks) {
      // Multiples of 0.1 are rarely exact in floating point.
      const marks = ticks.map((tick) => Number(tick.toPrecision(6)));
      if (marks.every((mark) => Math.abs(mark) < 1e-3)) return marks.map(formatTyped);
      const decimals = Math.max(0, ...marks.map((mark) => String(mark).split(".")[1]?.length ?? 0));
      return marks.map((mark) => fixed(mark, mark === 0 ? 0 : decimals));
    },
  };
}

const exactly = (decimals: number) => ({
  minimumFractionDigits: decimals,
  maximumFractionDigits: decimals,
  useGrouping: false,
});

function timeFormats(words: FormatWords, { fixed }: NumberFormats): TimeFormats {
  const { locale, regionalLocale = locale, about, milliseconds, seconds, minutes, hours } = words;
  const dates = new Intl.DateTimeFormat(regionalLocale, { dateStyle: "medium", timeStyle: "short" });
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  const clocks = new Intl.DateTimeFormat(regionalLocale, parts);
  const whole = (value: number) => fixed(value, 0);

  function passed(ms: number): string {
    const total = Math.round(ms / 1000);
    if (total < 60) return seconds(whole(total));
    const inMinutes = Math.floor(total / 60);
    return inMinutes < 60
      ? `${minutes(whole(inMinutes))} ${seconds(whole(total % 60))}`
      : `${hours(whole(Math.floor(inMinutes / 60)))} ${minutes(whole(inMinutes % 60))}`;
  }

  return {
    clock: (time) => clocks.format(time),
    date: (time) => dates.format(time),
    about(ms) {
      const inSeconds = ms / 1000;
      if (inSeconds < 55) {
        const rounded = inSeconds < 10 ? Math.round(inSeconds) : Math.round(inSeconds / 5) * 5;
        return about(seconds(whole(Math.max(1, rounded))));
      }
      const inMinutes = inSeconds / 60;
      if (inMinutes < 59.5) return about(minutes(whole(Math.max(1, Math.round(inMinutes)))));
      const tenths = Math.round((inMinutes / 60) * 10);
      const inHours = inMinutes / 60 < 9.5 ? tenths / 10 : Math.round(inMinutes / 60);
      return about(hours(fixed(inHours, Number.isInteger(inHours) ? 0 : 1)));
    },
    exactly: passed,
    step(ms) {
      if (ms < 950) return milliseconds(whole(Math.max(1, Math.round(ms / 10) * 10)));
      return ms < 9500 ? seconds(fixed(ms / 1000, 1)) : passed(ms);
    },
  };
}

function wordFormats(
  { locale, regionalLocale = locale }: FormatWords,
  { integer }: NumberFormats,
): WordFormats {
  const rules = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(regionalLocale, { type: "conjunction", style: "narrow" });
  const choices = new Intl.ListFormat(regionalLocale, { type: "disjunction" });
  return {
    plural: (count, forms) => `${integer(count)} ${forms[rules.select(count)] ?? forms.other}`,
    list: (items) => lists.format(items),
    either: (items) => choices.format(items),
  };
}

/** Memoises a function by key. */
function once<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
