/** A resource that holds GPU memory until destroyed. */
export interface Destroyable {
  destroy(): void;
}

/** A scope of resources with a common lifetime. */
export class Ownership {
  readonly #parts: Destroyable[] = [];

  /**
   * Runs `build` with a new scope and destroys the scope if it fails. On success the result is responsible for calling
   * {@link Ownership.destroy}.
   */
  static async build<T>(build: (ownership: Ownership) => Promise<T>): Promise<T> {
    const ownership = new Ownership();
    try {
      return await build(ownership);
    } catch (error) {
      ownership.destroy();
      throw error;
    }
  }

  /** Adds a resource to the scope and returns it. */
  own<T extends Destroyable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Destroys all resources in reverse order. */
  destroy(): void {
    for (const part of this.#parts.splice(0).reverse()) part.destroy();
  }
}
