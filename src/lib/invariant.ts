/**
 * Asserts what can only fail through a bug in Luthier. For anything a person or a file can cause, throw a LuthierError.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** `value`, or an invariant failure when it is null or undefined. */
export function defined<T>(value: T | null | undefined, what: string): T {
  invariant(value !== null && value !== undefined, `${what} is missing`);
  return value;
}
