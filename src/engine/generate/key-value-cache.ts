import { defined } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import { STORAGE } from "../gpu/usage";
import type { ModelSpec } from "../nn/model-spec";
import { cacheElements, cacheNames } from "./plans";

/**
 * Keys and values of every layer for all positions; also cross-attention's for an encoder's prompt, and a second set
 * for an adapter's first pass.
 */
export class KeyValueCache {
  readonly #gpu: Gpu;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(gpu: Gpu, spec: ModelSpec, capacity: number, hasFirstPass: boolean) {
    this.#gpu = gpu;
    for (const name of cacheNames(spec, hasFirstPass))
      this.#buffers.set(name, gpu.createBuffer(name, cacheElements(spec, capacity) * 4, STORAGE));
  }

  buffer(name: string): GPUBuffer {
    return defined(this.#buffers.get(name), name);
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) this.#gpu.destroyBuffer(buffer);
  }
}
