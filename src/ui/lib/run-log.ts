import type { TrainingReport } from "../../protocol/events";
import type { Text } from "../text/text";

const KEPT_LINES = 5000;

/** A log entry: its time, and its text in a given language. */
interface Entry {
  readonly time: number;
  readonly say: (text: Text) => string;
}

/** The log's lines, kept outside the store; the oldest are dropped beyond a limit. */
export class RunLog {
  #entries: Entry[] = [];
  /** Cached lines in the language last requested. */
  #read: { readonly text: Text; readonly lines: string[] } | null = null;

  /** The lines in a language, oldest first. */
  lines(text: Text): readonly string[] {
    if (this.#read?.text !== text) this.#read = { text, lines: [] };
    const { lines } = this.#read;
    for (const { time, say } of this.#entries.slice(lines.length)) {
      lines.push(`${text.format.clock(time)}  ${say(text)}`);
    }
    return lines;
  }

  add(time: number, say: Entry["say"]): void {
    this.#entries.push({ time, say });
    if (this.#entries.length <= KEPT_LINES) return;
    this.#entries = this.#entries.slice(-KEPT_LINES * 0.8);
    this.#read = null;
  }

  /** Adds a line per step and per validation. */
  addReport(time: number, report: Pick<TrainingReport, "steps" | "validation" | "totalSteps">): void {
    const { totalSteps } = report;
    for (const step of report.steps) this.add(time, (text) => text.run.log.step(step, totalSteps));
    for (const point of report.validation) {
      this.add(time, (text) => text.run.log.validation(point, totalSteps));
    }
  }

  clear(): void {
    this.#entries = [];
    this.#read = null;
  }
}
