import { trainableCount } from "../engine/adapters/adapter-state";
import type { Adapter } from "../engine/adapters/common/method";
import { submodules } from "../engine/adapters/soft-prompt/soft-prompt";
import { elementCount } from "../engine/graph/value";
import type { ModelSpec } from "../engine/nn/model-spec";
import { folderFormat } from "../export/peft";
import type { AdapterSummary } from "../shared/adapter";

/** Bytes of a safetensors header's entry for one tensor, about. */
const HEADER_ENTRY_BYTES = 130;

/**
 * Bytes of the adapter file, about. Of a soft prompt only the virtual tokens are saved, not the encoder that makes
 * them while training.
 */
export function adapterFileBytes(adapter: Adapter, spec: ModelSpec): number {
  const { promptLength, prefixLength, parameters, selection } = adapter;
  // Of what a method chose, the file holds each number with its row and column.
  if (selection) return 3 * 4 * selection.kept + 2 * parameters.length * HEADER_ENTRY_BYTES;
  if (promptLength + prefixLength === 0) {
    const elements = parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return 4 * elements + parameters.length * HEADER_ENTRY_BYTES;
  }
  const prefixWidth = spec.blocks.length * 2 * spec.keyValueHeads * spec.headDim;
  const promptRows = promptLength * submodules(spec);
  return 4 * (promptRows * spec.embeddingSize + prefixLength * prefixWidth) + HEADER_ENTRY_BYTES;
}

/** What an adapter is called, where it comes from, and how its run ended as far as there was one. */
export type AdapterFacts = Omit<AdapterSummary, "trainableParameters" | "sizeBytes" | "format" | "merges">;

/** What the page shows of an adapter. */
export function summariseAdapter(facts: AdapterFacts, adapter: Adapter, spec: ModelSpec): AdapterSummary {
  return {
    ...facts,
    trainableParameters: trainableCount(adapter),
    sizeBytes: adapterFileBytes(adapter, spec),
    format: folderFormat(adapter),
    merges: adapter.merge !== undefined,
  };
}
