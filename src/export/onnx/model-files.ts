import type { BaseChange } from "../../engine/adapters/common/method";
import { mergeableTensors } from "../../engine/adapters/merged-model";
import type { Adapter } from "../../engine/adapters/common/method";
import type { LoadedModel } from "../../engine/models/loaded-model";
import type { StreamedFile } from "../../formats/zip";
import { invariant } from "../../lib/invariant";
import { wholeFile } from "../streamed-file";
import { writeDecoder } from "./decoder";
import { type ExternalTensor, OnnxGraph } from "./graph";
import { type OnnxPrecision, onnxTensors, type WrittenTensor } from "./tensors";

/** Parts of an ONNX model. */
export interface OnnxSource {
  readonly model: Pick<LoadedModel, "spec" | "tensors">;
  readonly adapter: Pick<Adapter, "untiesHead">;
  /** Changes to base tensors, by name; called when the first tensor is read. */
  changes(): Promise<ReadonlyMap<string, BaseChange>>;
}

/** File names that transformers.js expects, by precision. */
export const onnxFileNames: Readonly<Record<OnnxPrecision, string>> = {
  F32: "model.onnx",
  F16: "model_fp16.onnx",
  Q4: "model_q4.onnx",
};

/** Safe size of a browser's ArrayBuffer. */
const DEFAULT_DATA_BYTES = 2 ** 31 - 2 ** 20;

/** Alignment of tensors to memory pages, so that a runtime can map the file. */
const ALIGNMENT = 4096;

/**
 * The merged model as ONNX: the graph, and its weights in `<name>_data`, `<name>_data_1` …, each below 2 GB. Tensors
 * are generated one at a time, when read.
 */
export function onnxFiles(
  { model, adapter, changes }: OnnxSource,
  precision: OnnxPrecision,
  maxDataBytes = DEFAULT_DATA_BYTES,
): StreamedFile[] {
  const { spec } = model;
  const written = adapter.untiesHead ? { ...spec, head: { ...spec.head, tied: false } } : spec;
  const name = onnxFileNames[precision];
  const tensors = onnxTensors(written, mergeableTensors(model, adapter), changes, precision);
  const files = placeTensors(tensors, maxDataBytes).map((placed, index) =>
    dataFile(placed, `${name}_data${index === 0 ? "" : `_${index}`}`),
  );
  const graph = new OnnxGraph();
  for (const { externals } of files) for (const tensor of externals) graph.external(tensor);
  writeDecoder(graph, written, precision);
  return [wholeFile(name, graph.bytes(spec.family)), ...files.map(({ file }) => file)];
}

interface PlacedTensor {
  readonly tensor: WrittenTensor;
  readonly offset: number;
}

function placeTensors(tensors: readonly WrittenTensor[], maxBytes: number): PlacedTensor[][] {
  const files: PlacedTensor[][] = [[]];
  let end = 0;
  for (const tensor of tensors) {
    let offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    if (offset > 0 && offset + tensor.sizeBytes > maxBytes) {
      files.push([]);
      offset = 0;
    }
    files.at(-1)?.push({ tensor, offset });
    end = offset + tensor.sizeBytes;
  }
  return files;
}

function dataFile(
  placed: readonly PlacedTensor[],
  location: string,
): { file: StreamedFile; externals: ExternalTensor[] } {
  const sizeBytes = placed.reduce((_, { tensor, offset }) => offset + tensor.sizeBytes, 0);
  const file: StreamedFile = {
    path: location,
    sizeBytes,
    async *chunks() {
      let at = 0;
      for (const { tensor, offset } of placed) {
        if (offset > at) yield new Uint8Array(offset - at);
        const bytes = await tensor.bytes();
        invariant(bytes.length === tensor.sizeBytes, `${tensor.name}: ${bytes.length} bytes`);
        yield bytes;
        at = offset + bytes.length;
      }
    },
  };
  const externals = placed.map(({ tensor, offset }): ExternalTensor => {
    const { name, type, shape } = tensor;
    return { name, type, shape, location, offset, sizeBytes: tensor.sizeBytes };
  });
  return { file, externals };
}
