import type { Adapter, HostTensor } from "../../engine/adapters/common/method";
import type { ModelSpec } from "../../engine/nn/model-spec";
import { transposed } from "../../engine/weights/tensor-source";
import { narrow } from "../../formats/float-bits";
import { ggufPathOf } from "../../formats/gguf/names";
import { type GgufEntry, ggufEntry } from "../../formats/gguf/writer";
import type { StreamedFile } from "../../formats/zip";
import { defined } from "../../lib/invariant";
import type { Problem } from "../../lib/problems/problem";
import type { BaseFacts } from "../base-facts";
import { isLora, loraExtras, type LoraUpdate, loraUpdates } from "../lora-updates";
import { fileTypes } from "./file-types";
import { reordered } from "./row-order";
import { ggufTarget, type GgufTarget } from "./target";
import { ggufFile, type TensorToWrite } from "./tensor-file";
import type { MethodId } from "../../shared/methods";

/** Input of a LoRA export; tensors are read when the file is written. */
export interface LoraSource {
  readonly spec: ModelSpec;
  readonly adapter: Adapter;
  readonly adapterName: string;
  readonly methodId: MethodId;
  readonly base: BaseFacts;
  values(): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Why llama.cpp cannot apply the adapter, or null. */
export function ggufLoraBlocker({ spec, adapter, methodId }: LoraSource): Problem | null {
  if (!isLora(adapter)) {
    return { code: "export/no-gguf-adapter", method: methodId, merges: adapter.merge !== undefined };
  }
  const target = ggufTarget(spec);
  if ("code" in target) return target;
  const [extra] = loraExtras(adapter, spec);
  return extra === undefined ? null : { code: "export/lora-extra", extra, format: "gguf" };
}

/**
 * A LoRA in llama.cpp's format: A (rank, in) and B (out, rank) under the base's tensor names, with A transposed for
 * token embeddings. The loader scales by alpha / rank with one alpha per file, so differing scales are folded into B.
 *
 * @param target from {@link ggufTarget}, given no {@link ggufLoraBlocker}
 */
export function ggufLoraFile(
  source: LoraSource,
  target: GgufTarget,
  path: string,
  dtype: "F32" | "F16",
): StreamedFile {
  const updates = loraUpdates(source.adapter, source.spec);
  const [first] = updates;
  const alpha = first ? first.scale * first.rank : 1;
  let read: Promise<ReadonlyMap<string, HostTensor>> | null = null;
  const tensors = (): Promise<ReadonlyMap<string, HostTensor>> =>
    (read ??= source.values().then((values) => source.adapter.exportTensors(values)));
  return ggufFile(
    path,
    loraEntries(source, target, alpha, dtype),
    updates.flatMap((update) => updateTensors(update, target, alpha, dtype, tensors)),
  );
}

function loraEntries(
  { adapterName, base }: LoraSource,
  { architecture }: GgufTarget,
  alpha: number,
  dtype: "F32" | "F16",
): GgufEntry[] {
  return [
    ggufEntry("general.architecture", { text: architecture }),
    ggufEntry("general.type", { text: "adapter" }),
    ggufEntry("adapter.type", { text: "lora" }),
    ggufEntry("general.name", { text: adapterName }),
    ggufEntry("general.base_model.count", { u32: 1 }),
    ggufEntry("general.base_model.0.name", { text: base.title }),
    ...(base.repository === null
      ? []
      : [ggufEntry("general.base_model.0.repo_url", { text: `${base.endpoint}/${base.repository}` })]),
    ggufEntry("general.file_type", { u32: fileTypes[dtype] }),
    ggufEntry("adapter.lora.alpha", { f32: alpha }),
  ];
}

function updateTensors(
  { path, kind, rank, scale, a, b }: LoraUpdate,
  target: GgufTarget,
  alpha: number,
  dtype: "F32" | "F16",
  tensors: () => Promise<ReadonlyMap<string, HostTensor>>,
): TensorToWrite[] {
  const name = `${defined(ggufPathOf(target.names, path), path)}.weight`;
  const part = name.split(".").at(-2) ?? "";
  const [, width = 0] = a.shape;
  const [out = 0] = b.shape;
  const factor = scale / Math.fround(alpha / rank);
  const order = target.rowOrder(part);
  const values = async (of: string): Promise<HostTensor["data"]> =>
    defined((await tensors()).get(of), of).data;
  return [
    {
      name: `${name}.lora_a`,
      dtype,
      shape: kind === "table" ? [width, rank] : [rank, width],
      async *chunks() {
        const stored = await values(a.name);
        const turned = kind === "table" ? transposed(stored, rank, width) : stored;
        yield narrow(dtype, turned as Float32Array<ArrayBuffer>);
      },
    },
    {
      name: `${name}.lora_b`,
      dtype,
      shape: [out, rank],
      async *chunks() {
        const scaled = (await values(b.name)).map((value) => value * factor);
        yield narrow(dtype, order ? reordered(scaled, out, order) : scaled);
      },
    },
  ];
}
