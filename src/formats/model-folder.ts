import { LuthierError } from "../lib/errors";
import { parseJsonObject } from "../lib/json";
import { baseName, type ByteSource, folderName, readText } from "./byte-source";
import { type GgufOrigin, openGguf } from "./gguf/model";
import { checkModelSizes, type FileSizes } from "./model-sizes";
import { type ModelTensor, openWeights } from "./model-weights";
import { joinNf4 } from "./quantised/nf4-checkpoint";
import type { TokenizerFiles } from "./tokenizer-files";

/** A Hugging Face model folder, or a GGUF file in the same terms; weights are read on demand. */
export interface ModelFolder {
  /** Name of the folder or GGUF file, or `_name_or_path` of config.json. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>> | null;
  readonly tokenizer: TokenizerFiles;
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** Total bytes of all tensors. */
  readonly sizeBytes: number;
  /** Files needed to reopen the model: config.json and its companions, or the GGUF file. */
  readonly files: readonly ByteSource[];
  /** For GGUF models, the original. */
  readonly gguf?: GgufOrigin;
}

/** Model files other than weights. */
const MODEL_FILES: ReadonlySet<string> = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
]);

/**
 * Opens the only model among dropped, picked or fetched files, ignoring files outside config.json's folder. A GGUF file
 * is used if there are no safetensors.
 * @throws LuthierError("model" or "format") saying what is missing or damaged and what to do
 */
export async function openModelFolder(files: readonly ByteSource[]): Promise<ModelFolder> {
  const gguf = files.filter((file) => /\.gguf$/i.test(file.name));
  if (gguf.length > 0 && !files.some((file) => file.name.endsWith(".safetensors"))) {
    const model = await openGguf(gguf);
    checkModelSizes(model.config, fileSizes(model.tensors));
    return { ...model, sizeBytes: totalBytes(model.tensors), files: gguf };
  }
  const configFile = findConfig(files);
  const folder = folderName(configFile.name);
  const inside = files.filter((file) => folderName(file.name) === folder);
  checkDuplicates(inside);
  const config = await readJson(configFile);
  const tokenizer = await readTokenizer(inside);
  const generation = find(inside, "generation_config.json");
  const tensors = await joinNf4(await openWeights(inside));
  checkModelSizes(config, fileSizes(tensors));
  return {
    name: baseName(folder) || modelName(config),
    config,
    generationConfig: generation ? await readJson(generation) : null,
    tokenizer,
    tensors,
    sizeBytes: totalBytes(tensors),
    files: inside.filter(isModelFile),
  };
}

function fileSizes(tensors: ReadonlyMap<string, ModelTensor>): FileSizes {
  return { tensors: tensors.size, bytes: totalBytes(tensors) };
}

function totalBytes(tensors: ReadonlyMap<string, ModelTensor>): number {
  return [...tensors.values()].reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
}

/** Whether a file next to config.json belongs to the model; weights in other formats and images do not. */
function isModelFile({ name }: ByteSource): boolean {
  const base = baseName(name);
  const weights = /\.safetensors(\.index\.json)?$/.test(base) && base !== "adapter_model.safetensors";
  return weights || MODEL_FILES.has(base);
}

/** Without relative paths, files of two models can be mixed up. */
function checkDuplicates(files: readonly ByteSource[]): void {
  const names = files.filter(isModelFile).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new LuthierError({ code: "model/file-twice", file: twice });
}

function find(files: readonly ByteSource[], name: string): ByteSource | undefined {
  return files.find((file) => baseName(file.name) === name);
}

/** The largest known tokenizer.json has about 40 MB. */
const MAX_TOKENIZER_BYTES = 2 ** 28;

async function readJson(file: ByteSource, maxBytes?: number): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(file, maxBytes), file.name);
}

/** The topmost config.json: repositories keep others in subfolders of other formats. */
function findConfig(files: readonly ByteSource[]): ByteSource {
  const depth = (file: ByteSource): number => file.name.split("/").length;
  const found = files.filter((file) => baseName(file.name) === "config.json");
  const top = Math.min(...found.map(depth));
  const [first, second] = found.filter((file) => depth(file) === top);
  if (!first) throw noConfig(files);
  if (second) {
    throw new LuthierError({ code: "model/several", first: first.name, second: second.name });
  }
  return first;
}

function noConfig(files: readonly ByteSource[]): LuthierError {
  const isAdapter = find(files, "adapter_config.json") !== undefined;
  return new LuthierError({ code: isAdapter ? "model/is-adapter" : "model/no-config" });
}

async function readTokenizer(files: readonly ByteSource[]): Promise<TokenizerFiles> {
  const tokenizer = find(files, "tokenizer.json");
  if (!tokenizer) throw noTokenizer(files);
  const config = find(files, "tokenizer_config.json");
  const special = find(files, "special_tokens_map.json");
  const template = find(files, "chat_template.jinja");
  return {
    tokenizer: await readJson(tokenizer, MAX_TOKENIZER_BYTES),
    config: { ...(special ? await readJson(special) : {}), ...(config ? await readJson(config) : {}) },
    chatTemplate: template ? await readText(template) : null,
  };
}

function noTokenizer(files: readonly ByteSource[]): LuthierError {
  const older = ["tokenizer.model", "spiece.model", "vocab.json", "merges.txt", "vocab.txt"];
  const instead = older.find((name) => find(files, name)) ?? null;
  return new LuthierError({ code: "model/no-tokenizer", instead });
}

function modelName(config: Readonly<Record<string, unknown>>): string {
  const { _name_or_path: path, model_type: type } = config;
  return (typeof path === "string" && baseName(path.replaceAll("\\", "/"))) || String(type ?? "");
}
