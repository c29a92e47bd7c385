import { readdirSync, readFileSync } from "node:fs";
import { mergeChanges } from "../../src/engine/adapters/merged-model";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import { describeModel } from "../../src/engine/models/registry";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { safetensorsTensor, type TensorSource } from "../../src/engine/weights/tensor-source";
import type { ExportSource } from "../../src/export/entry";
import { promptFormat } from "../../src/export/prompt-format";
import { bytesSource } from "../../src/formats/byte-source";
import { type ModelFolder, openModelFolder } from "../../src/formats/model-folder";
import type { StreamedFile } from "../../src/formats/zip";
import { makeRng } from "../../src/lib/rng";
import type { TemplateId } from "../../src/shared/data";
import type { FieldValues } from "../../src/shared/fields";
import { type MethodId, methodSpecs } from "../../src/shared/methods";
import { loadTokenizer } from "../../src/tokenizer/tokenizer";

const SPRUCE = "public/models/spruce";

/** The built-in model's folder. */
export function spruceFolder(): Promise<ModelFolder> {
  return openModelFolder(
    readdirSync(SPRUCE).map((file) => bytesSource(file, readFileSync(`${SPRUCE}/${file}`))),
  );
}

/** An adapter with made-up values as export input, without a GPU. */
export function madeUpSource(
  folder: ModelFolder,
  id: MethodId,
  options: FieldValues,
  templateId: TemplateId = "chat",
): ExportSource {
  const spec = describeModel(folder.config);
  const known = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const tensors = new Map(
    declareWeights(spec).map(({ name }): [string, TensorSource] => [name, known.get(name)!]),
  );
  const adapter = methods[id].bind({ ...defaults(id), ...options }, spec);
  const random = makeRng(3);
  const values = new Map(
    adapter.parameters.map(({ name, shape }): [string, HostTensor] => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: Float32Array.from({ length: count }, () => 0.1 * random.normal()) }];
    }),
  );
  const tokenizer = loadTokenizer(folder);
  return {
    model: { spec, tensors },
    folder,
    tokenizer,
    base: {
      title: "Spruce",
      repository: null,
      commit: null,
      endpoint: "https://hub.example",
      license: "Apache-2.0",
      autoModel: "AutoModelForCausalLM",
      family: spec.family,
    },
    adapter,
    adapterName: "Made up",
    methodId: id,
    trainableParameters: 1,
    adapterBytes: 1000,
    run: null,
    prompt: promptFormat({ templateId }, tokenizer, ""),
    values: async () => values,
    changes: async () => mergeChanges(adapter, values),
    training: null,
    record: async () => null,
    optimizer: async () => null,
  };
}

function defaults(id: MethodId): FieldValues {
  return Object.fromEntries(methodSpecs[id].fields.map((field) => [field.name, field.default]));
}

/** All bytes of a file that is generated while being read. */
export async function bytesOf({ sizeBytes, chunks }: StreamedFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const chunk of chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at !== sizeBytes) throw new Error(`${at} bytes, not ${sizeBytes}`);
  return bytes;
}
