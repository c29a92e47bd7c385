import { trainableCount } from "../engine/adapters/adapter-state";
import type { Adapter } from "../engine/adapters/common/method";
import { submodules } from "../engine/adapters/soft-prompt/soft-prompt";
import { elementCount } from "../engine/graph/value";
import type { ModelSpec } from "../engine/nn/model-spec";
import { folderFormat } from "../export/peft";
import type { AdapterSummary } from "../shared/adapter";

/** Approximate bytes per tensor entry in a safetensors header. */
const HEADER_ENTRY_BYTES = 130;

/**
 * Approximate size of the adapter file. For soft prompts only the virtual tokens are saved, not the encoder that
 * generates them during training.
 */
export function adapterFileBytes(adapter: Adapter, spec: ModelSpec): number {
  const { promptLength, prefixLength, parameters, selection } = adapter;
  // Sparse selections are stored as value, row and column.
  if (selection) return 3 * 4 * selection.kept + 2 * parameters.length * HEADER_ENTRY_BYTES;
  if (promptLength + prefixLength === 0) {
    const elements = parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return 4 * elements + parameters.length * HEADER_ENTRY_BYTES;
  }
  const prefixWidth = spec.blocks.length * 2 * spec.keyValueHeads * spec.headDim;
  const promptRows = promptLength * submodules(spec);
  return 4 * (promptRows * spec.embeddingSize + prefixLength * prefixWidth) + HEADER_ENTRY_BYTES;
}

/** An adapter's name, origin, and the results of its run if it has one. */
export type AdapterFacts = Omit<AdapterSummary, "trainableParameters" | "sizeBytes" | "format" | "merges">;

/** The summary of an adapter that the page shows. */
export function summariseAdapter(facts: AdapterFacts, adapter: Adapter, spec: ModelSpec): AdapterSummary {
  return {
    ...facts,
    trainableParameters: trainableCount(adapter),
    sizeBytes: adapterFileBytes(adapter, spec),
    format: folderFormat(adapter),
    merges: adapter.merge !== undefined,
  };
}
