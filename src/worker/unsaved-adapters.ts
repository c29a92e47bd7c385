import type { Problem } from "../lib/problems/problem";
import type { UnsavedAdapter } from "../protocol/events";
import type { StoredAdapter } from "../storage/adapters";
import type { Emit } from "./serve";

/**
 * Adapters that could not be saved, with their values: kept in memory, independent of GPU and model, until they are
 * saved or deleted.
 */
export class UnsavedAdapters {
  readonly #emit: Emit;
  readonly #held = new Map<string, { readonly adapter: StoredAdapter; readonly problem: Problem }>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Holds an adapter, replacing any with the same id, with the reason it could not be saved. */
  hold(adapter: StoredAdapter, problem: Problem): void {
    this.#held.set(adapter.id, { adapter, problem });
    this.#tell();
  }

  find(id: string): StoredAdapter | null {
    return this.#held.get(id)?.adapter ?? null;
  }

  /** A model's unsaved adapters, without their weights. */
  of(modelId: string): StoredAdapter[] {
    return [...this.#held.values()].map(({ adapter }) => adapter).filter((each) => each.modelId === modelId);
  }

  /** Returns false if there is none with that id. */
  rename(id: string, name: string): boolean {
    const held = this.#held.get(id);
    if (held) this.hold({ ...held.adapter, name }, held.problem);
    return held !== undefined;
  }

  /** Drops an adapter, if it is held. */
  release(id: string): void {
    if (this.#held.delete(id)) this.#tell();
  }

  #tell(): void {
    const list = [...this.#held.values()].map(({ adapter, problem }): UnsavedAdapter => {
      const { id, name, modelId } = adapter;
      return { id, name, modelId, problem };
    });
    this.#emit("unsaved", list);
  }
}
