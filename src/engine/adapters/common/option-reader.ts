import { LuthierError } from "../../../lib/errors";
import { invariant } from "../../../lib/invariant";
import type { Problem } from "../../../lib/problems/problem";
import { isPattern } from "../../../shared/path-pattern";
import { readPatternPairs } from "../../../shared/pattern-table";
import { type Field, fieldFault, type FieldValue, type FieldValues } from "../../../shared/fields";

/** An invalid option, reported at its form field. */
export function optionError(field: string, problem: Problem): LuthierError {
  return new LuthierError(problem, { field });
}

/** Typed access to the values of a form. Errors name the field. */
export class OptionReader {
  readonly #values: Readonly<Record<string, FieldValue>>;

  constructor(fields: readonly Field[], values: FieldValues) {
    const read: Record<string, FieldValue> = {};
    for (const field of fields) {
      // Methods receive adapters as experts; library ids mean nothing here.
      if (field.type === "adapters") continue;
      const value = values[field.name] ?? field.default;
      const fault = fieldFault(field, value);
      if (fault) throw optionError(field.name, { code: "config/field", field: field.name, fault });
      read[field.name] = value;
    }
    this.#values = read;
  }

  number(name: string): number {
    const value = this.#values[name];
    invariant(typeof value === "number", `option ${name} is a number`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#values[name];
    invariant(typeof value === "boolean", `option ${name} is a boolean`);
    return value;
  }

  /** Trimmed text. */
  text(name: string): string {
    return this.verbatim(name).trim();
  }

  /** Text including leading and trailing whitespace. */
  verbatim(name: string): string {
    const value = this.#values[name];
    invariant(typeof value === "string", `option ${name} is a text`);
    return value;
  }

  /** Non-negative integers separated by commas or whitespace; null if empty. */
  integers(name: string): readonly number[] | null {
    const words = this.text(name)
      .split(/[\s,]+/)
      .filter(Boolean);
    const numbers = words.map(Number);
    if (numbers.some((number) => !Number.isInteger(number) || number < 0)) {
      throw optionError(name, { code: "config/whole-numbers", option: name, text: this.text(name) });
    }
    return numbers.length === 0 ? null : numbers;
  }

  /** A pattern table, in order. */
  patterns(name: string, valid: (value: number) => boolean): Readonly<Record<string, number>> {
    return Object.fromEntries(
      readPatternPairs(this.text(name)).map(({ text, pattern, value }) => {
        if (!pattern || !isPattern(pattern) || !valid(value)) {
          throw optionError(name, { code: "config/pattern", option: name, pair: text });
        }
        return [pattern, value];
      }),
    );
  }
}
