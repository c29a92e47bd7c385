/** What holds GPU memory until it is destroyed. */
export interface Destroyable {
  destroy(): void;
}

/** Parts that live and die together. */
export class Ownership {
  readonly #parts: Destroyable[] = [];

  /**
   * Builds something out of parts that it owns from then on, so that it frees them by {@link Ownership.destroy}. Where
   * `build` fails nothing is left behind.
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

  /** Takes a part in and gives it back. */
  own<T extends Destroyable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Destroys all parts, the last one first. */
  destroy(): void {
    for (const part of this.#parts.splice(0).reverse()) part.destroy();
  }
}
