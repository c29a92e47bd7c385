import * as v from "valibot";
import { LuthierError } from "../lib/errors";
import { objectOf, recordOf } from "../lib/schema";
import type { HubFile, WeightChoice } from "../shared/hub";
import { fileUrl } from "./address";
import type { HubRepository } from "./list-repository";
import { type AskOptions, readJson } from "./read-json";

/** A choice with its files in download order: small and decisive ones first. */
export interface FileChoice extends WeightChoice {
  readonly files: readonly HubFile[];
}

/** Files needed besides weights, if the repository has them. */
const COMPANIONS = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
] as const;

const INDEX = "model.safetensors.index.json";

/** Maps each tensor to its file. */
const weightIndex = objectOf({ weight_map: recordOf(v.string()) });

/** Weights in unsupported formats. */
const UNSUPPORTED_WEIGHTS = /\.(bin|pt|pth|ckpt|h5|msgpack|onnx|ot|npz|mlmodel)$/i;

/** Vision projectors: not models by themselves. */
const PROJECTOR = /(^|\/)mmproj/i;
/** A part of a split GGUF file, by llama.cpp's naming. */
const GGUF_PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/**
 * The available weights of a repository: safetensors first, then GGUF files by size.
 * @throws LuthierError("model") explaining why none is supported
 */
export async function chooseFiles(repository: HubRepository, options: AskOptions): Promise<FileChoice[]> {
  const ggufs = ggufChoices(repository);
  const weights = await safetensorsFiles(repository, options);
  if (weights.length === 0) {
    if (ggufs.length > 0) return ggufs;
    throw noWeights(repository);
  }
  const companions = COMPANIONS.flatMap((name) => find(repository, name) ?? []);
  for (const name of ["config.json", "tokenizer.json"]) {
    if (companions.some(({ path }) => path === name)) continue;
    if (ggufs.length > 0) return ggufs;
    throw missing(repository, name);
  }
  return [choice("safetensors", "safetensors", [...companions, ...weights]), ...ggufs];
}

/** Each GGUF model, the smallest first; of split ones all parts, if none is missing. */
function ggufChoices({ files }: HubRepository): FileChoice[] {
  const models = new Map<string, HubFile[]>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.path) || PROJECTOR.test(file.path)) continue;
    const [, stem, , count] = GGUF_PART.exec(file.path) ?? [];
    const id = stem === undefined ? file.path : `${stem}-*-of-${count ?? ""}.gguf`;
    models.set(id, [...(models.get(id) ?? []), file]);
  }
  return [...models]
    .map(([id, parts]) =>
      choice(
        id,
        "gguf",
        parts.sort((a, b) => (a.path < b.path ? -1 : 1)),
      ),
    )
    .filter(({ files: parts }) => isWhole(parts))
    .sort((a, b) => a.sizeBytes - b.sizeBytes || a.id.localeCompare(b.id));
}

/** Whether these are all parts of a file, which is the case for one that is not split. */
function isWhole(parts: readonly HubFile[]): boolean {
  return parts.every(({ path }, index) => {
    const [, , number, count] = GGUF_PART.exec(path) ?? [];
    return number === undefined || (Number(number) === index + 1 && Number(count) === parts.length);
  });
}

function choice(id: string, kind: WeightChoice["kind"], files: readonly HubFile[]): FileChoice {
  return { id, kind, files, sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** model.safetensors, the shards of an index, or the only safetensors file. */
async function safetensorsFiles(repository: HubRepository, options: AskOptions): Promise<HubFile[]> {
  const whole = find(repository, "model.safetensors");
  if (whole) return [whole];
  const index = find(repository, INDEX);
  if (index) return [index, ...(await indexedShards(repository, options))];
  const others = repository.files.filter(
    ({ path }) => path.endsWith(".safetensors") && !path.includes("/") && !path.startsWith("adapter_"),
  );
  if (others.length > 1) {
    throw new LuthierError({
      code: "model/several-weights",
      repository: repository.address.repository,
      count: others.length,
      index: INDEX,
    });
  }
  return others;
}

async function indexedShards(repository: HubRepository, options: AskOptions): Promise<HubFile[]> {
  const { address, commit } = repository;
  const asked = { address, path: INDEX, hasToken: options.token !== "" };
  const { value } = await readJson(fileUrl(address, commit, INDEX), weightIndex, asked, options);
  const names = [...new Set(Object.values(value.weight_map))].sort();
  return names.map((name) => {
    const file = find(repository, name);
    if (!file || name.includes("/")) throw missing(repository, name);
    return file;
  });
}

function find({ files }: HubRepository, path: string): HubFile | undefined {
  return files.find((file) => file.path === path);
}

function missing({ address, files }: HubRepository, name: string): LuthierError {
  const isAdapter = files.some(({ path }) => path === "adapter_config.json");
  const { repository } = address;
  return new LuthierError({ code: "model/file-missing-on-hub", repository, name, isAdapter });
}

function noWeights(repository: HubRepository): LuthierError {
  const { address, files } = repository;
  const parts = files.some(({ path }) => /\.gguf$/i.test(path));
  const foreign = files.find(({ path }) => UNSUPPORTED_WEIGHTS.test(path));
  if (files.some(({ path }) => path === "adapter_config.json")) return missing(repository, "config.json");
  const instead = parts ? "gguf-parts" : foreign ? { path: foreign.path } : null;
  return new LuthierError({
    code: "model/no-weights-on-hub",
    repository: address.repository,
    instead,
  });
}
