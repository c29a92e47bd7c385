import { withoutExperts, valuesOfExpert } from "../engine/adapters/composed/experts";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { bytesSource } from "../formats/byte-source";
import { widen } from "../formats/float-bits";
import { writePeftFolder } from "../formats/peft-folder";
import { readSafetensorsHeader, writeSafetensors } from "../formats/safetensors";
import { LuthierError } from "../lib/errors";
import type { FolderFormat } from "../shared/folder-format";

/**
 * Files of an adapter folder in PEFT's format: adapter_config.json, adapter_model.safetensors, and a subfolder per
 * expert. Methods that PEFT does not have use the same format, identified by a key of the config.
 *
 * @param parameters trained values by PEFT's parameter names
 * @param baseModel `base_model_name_or_path`, used by PEFT's AutoPeft classes
 */
export function peftFiles(
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
  baseModel: string,
): Map<string, Uint8Array<ArrayBuffer>> {
  const config = completed(adapter.config, baseModel);
  const tensors = adapter.exportTensors(withoutExperts(parameters));
  const files = writePeftFolder({ config, tensors }, adapter);
  adapter.experts?.forEach((expert, index) => {
    const inside = writePeftFolder(
      {
        config: completed(expert.config, baseModel),
        tensors: expert.exportTensors(valuesOfExpert(index, parameters)),
      },
      expert,
    );
    for (const [name, bytes] of inside) files.set(`${expert.folder}/${name}`, bytes);
  });
  return files;
}

/** Adds the base model's name and the keys that PEFT always writes. */
function completed(
  config: Readonly<Record<string, unknown>>,
  baseModel: string,
): Readonly<Record<string, unknown>> {
  const ofPeft = "peft_type" in config && { auto_mapping: null, inference_mode: true, revision: null };
  return { ...config, ...ofPeft, base_model_name_or_path: baseModel };
}

/** Which software loads the exported folder. */
export function folderFormat(adapter: Adapter): FolderFormat {
  if (adapter.format) return adapter.format;
  if ("peft_type" in adapter.config) return "peft";
  return adapter.weightsFile ? "adapters" : "weights";
}

/** Serialises f32 tensors as safetensors. */
export function hostTensorFile(tensors: ReadonlyMap<string, HostTensor>): Uint8Array<ArrayBuffer> {
  return writeSafetensors([...tensors].map(([name, tensor]) => ({ name, dtype: "F32", ...tensor })));
}

/** Parses {@link hostTensorFile}. Errors: a damaged file. */
export async function readHostTensors(bytes: Uint8Array<ArrayBuffer>): Promise<Map<string, HostTensor>> {
  const source = bytesSource("kept adapter", bytes);
  const { tensors } = await readSafetensorsHeader(source);
  const read = new Map<string, HostTensor>();
  for (const { name, dtype, shape, start, end } of tensors) {
    if (dtype !== "F32") throw new LuthierError({ code: "adapter/kept-type", tensor: name, dtype });
    read.set(name, { shape, data: widen(dtype, await source.read(start, end)) });
  }
  return read;
}
