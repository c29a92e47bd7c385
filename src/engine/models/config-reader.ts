import { LuthierError } from "../../lib/errors";

/** Reads typed fields of a config.json; errors name the field, its value, and what it should be. */
export class ConfigReader {
  readonly #config: Readonly<Record<string, unknown>>;

  constructor(config: Readonly<Record<string, unknown>>) {
    this.#config = config;
  }

  /** A whole number of at least `min`; `fallback` stands for a missing or null field. */
  integer(name: string, fallback?: number, min = 1): number {
    const value = this.#config[name] ?? fallback;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min) {
      throw this.#refuse(name, `a whole number of at least ${min}`);
    }
    return value;
  }

  /** A whole number of at least `min`, or null where the file says null; `fallback` stands for a missing field. */
  integerOrNull(name: string, fallback: number | null, min = 1): number | null {
    const value = Object.hasOwn(this.#config, name) ? this.#config[name] : fallback;
    return value === null ? null : this.integer(name, fallback ?? undefined, min);
  }

  /** A list of words, or null when the field is missing or null. */
  words<T extends string>(name: string, allowed: readonly T[]): readonly T[] | null {
    const value = this.#config[name] ?? null;
    if (value === null) return null;
    const known = (word: unknown): word is T => allowed.some((one) => one === word);
    if (!Array.isArray(value) || !value.every(known))
      throw this.#refuse(name, `a list of ${allowed.map((word) => `"${word}"`).join(" and ")}`);
    return value;
  }

  number(name: string, fallback?: number): number {
    const value = this.#config[name] ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.#refuse(name, "a number");
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#config[name] ?? fallback;
    if (typeof value !== "boolean") throw this.#refuse(name, "true or false");
    return value;
  }

  /** One of the `allowed` words. */
  choice<T extends string>(name: string, allowed: readonly T[], fallback?: T): T {
    const value = this.#config[name] ?? fallback;
    const match = allowed.find((word) => word === value);
    if (match === undefined) throw this.#refuse(name, allowed.map((word) => `"${word}"`).join(" or "));
    return match;
  }

  /** A nested object, or null when the field is missing or null. */
  object(name: string): ConfigReader | null {
    const value = this.#config[name] ?? null;
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw this.#refuse(name, "an object");
    return new ConfigReader(value as Record<string, unknown>);
  }

  has(name: string): boolean {
    return (this.#config[name] ?? null) !== null;
  }

  #refuse(name: string, expected: string): LuthierError {
    const value = JSON.stringify(this.#config[name]);
    return new LuthierError(
      "model",
      `config.json: ${name} is ${value ?? "missing"}, but should be ${expected}.`,
      "Check that config.json is the one that belongs to these weights, and that this kind of model is supported.",
    );
  }
}
