import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { safetensorsTensor } from "../../src/engine/weights/tensor-source";
import { bytesSource } from "../../src/formats/byte-source";
import { openModelFolder } from "../../src/formats/model-folder";
import type { FieldValues } from "../../src/shared/fields";
import type { MethodId } from "../../src/shared/methods";
import { alpacaRow, type AlpacaRow, type Row } from "../../src/shared/rows";
import type { Quantization } from "../../src/shared/model";
import { loadTokenizer, type Tokenizer } from "../../src/tokenizer/tokenizer";
import { openTestGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";

/** A sample dataset of public/datasets/index.json. */
export interface Sample {
  readonly id: string;
  readonly file: string;
  readonly heldout: string;
  readonly language: string;
}

/** A held-out row with a check for what was learned. */
export interface HeldOut extends AlpacaRow {
  readonly check:
    | { readonly kind: "regex" | "contains"; readonly value: string }
    | { readonly kind: "json"; readonly keys: readonly string[] };
}

interface BuiltIn {
  readonly path: string;
  readonly files: readonly string[];
  readonly training: Readonly<Partial<Record<MethodId, FieldValues>>>;
}

/** The built-in model, ready to train. */
export interface OpenModel {
  readonly engine: LoadedModel;
  readonly tokenizer: Tokenizer;
}

/** Options by method with which the built-in model learns: the page's defaults. */
export function builtInDefaults(): BuiltIn["training"] {
  return builtIn().training;
}

/** Loads the built-in model onto a test GPU. */
export async function openBuiltIn(quantization: Quantization | null = null): Promise<OpenModel> {
  const { path, files } = builtIn();
  const gpu = await openTestGpu({}, availableParallelism());
  const sources = files.map((file) => bytesSource(file, readFileSync(publicPath("models", path, file))));
  const folder = await openModelFolder(sources);
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const engine = await loadModel(folder.config, tensors, {
    gpu,
    pipelines: new PipelineCache(gpu),
    tuning: fixedTuning(gpu),
    quantization,
  });
  return { engine, tokenizer: loadTokenizer(folder) };
}

export function readSamples(): Sample[] {
  return readPublic("datasets/index.json");
}

export function readRows(sample: Sample): Row[] {
  return readPublic<AlpacaRow[]>("datasets", sample.file).map(alpacaRow);
}

export function readHeldOut(sample: Sample): HeldOut[] {
  return readPublic("datasets", sample.heldout);
}

function builtIn(): BuiltIn {
  const [first] = readPublic<BuiltIn[]>("models/index.json");
  if (!first) throw new Error("public/models/index.json lists no model");
  return first;
}

function publicPath(...parts: string[]): string {
  return join("public", ...parts);
}

/** A JSON file under public/. */
export function readPublic<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(publicPath(...parts), "utf8")) as T;
}
