import type { Problem } from "../lib/problems/problem";
import type { UnsavedAdapter } from "../protocol/events";
import type { StoredAdapter } from "../storage/adapters";
import type { Emit } from "./serve";

/**
 * Adapters that storage would not take, with their values: they stay in memory, whatever becomes of GPU and model, until
 * they are saved or the person deletes them.
 */
export class UnsavedAdapters {
  readonly #emit: Emit;
  readonly #held = new Map<string, { readonly adapter: StoredAdapter; readonly problem: Problem }>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Takes an adapter, in place of one of its id, with what kept it from being saved. */
  hold(adapter: StoredAdapter, problem: Problem): void {
    this.#held.set(adapter.id, { adapter, problem });
    this.#tell();
  }

  find(id: string): StoredAdapter | null {
    return this.#held.get(id)?.adapter ?? null;
  }

  /** Those of a model, without their weights. */
  of(modelId: string): StoredAdapter[] {
    return [...this.#held.values()].map(({ adapter }) => adapter).filter((each) => each.modelId === modelId);
  }

  /** False where there is none of that id. */
  rename(id: string, name: string): boolean {
    const held = this.#held.get(id);
    if (held) this.hold({ ...held.adapter, name }, held.problem);
    return held !== undefined;
  }

  /** Lets go of an adapter; nothing happens when it is not here. */
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
