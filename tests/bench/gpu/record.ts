import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A measurement's result: figures by name. */
export type Figures = Readonly<Record<string, unknown>>;

/** Everything measured on one device. */
export interface Measurements {
  readonly device: string;
  /** Hash of the shaders that were measured. */
  readonly shaders: string;
  readonly date: string;
  /** Figures by measurement; see measurements.ts. */
  readonly figures: Readonly<Record<string, Figures>>;
}

/** The measurements of one device in a file, written after each: an interrupted run resumes. */
export class MeasurementFile {
  readonly path: string;
  #data: Measurements;

  /**
   * Opens the file. What failed will be measured again; measurements of other shaders or another device are discarded, or
   * all if `startsAnew`.
   */
  constructor(path: string, device: string, shaders: string, startsAnew: boolean) {
    this.path = path;
    const known =
      existsSync(path) && !startsAnew ? (JSON.parse(readFileSync(path, "utf8")) as Measurements) : null;
    const isCurrent = known?.device === device && known.shaders === shaders;
    const kept = Object.entries(isCurrent ? known.figures : {}).filter(([, figure]) => !("failed" in figure));
    const date = isCurrent ? known.date : new Date().toISOString();
    this.#data = { device, shaders, date, figures: Object.fromEntries(kept) };
  }

  get data(): Measurements {
    return this.#data;
  }

  has(id: string): boolean {
    return id in this.#data.figures;
  }

  set(id: string, figures: object): void {
    this.#data = { ...this.#data, figures: { ...this.#data.figures, [id]: figures as Figures } };
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.part`, `${JSON.stringify(this.#data, null, 1)}\n`);
    renameSync(`${this.path}.part`, this.path);
  }
}
