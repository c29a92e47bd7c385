/**
 * States what must hold unless Luthier itself has a bug. For anything a person or a file can cause, throw a
 * LuthierError instead.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** `value`, or an invariant failure when it is null or undefined. */
export function defined<T>(value: T | null | undefined, what: string): T {
  invariant(value !== null && value !== undefined, `${what} is missing`);
  return value;
}
