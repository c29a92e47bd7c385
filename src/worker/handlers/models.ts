import { loadModel } from "../../engine/models/loaded-model";
import { describeModel } from "../../engine/models/registry";
import { safetensorsTensor } from "../../engine/weights/tensor-source";
import { blobSource } from "../../formats/byte-source";
import { contentId } from "../../formats/content-id";
import { type ModelFolder, openModelFolder } from "../../formats/model-folder";
import { cancelled, LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { CommandArgs } from "../../protocol/commands";
import type { ModelCard, ModelSummary, Quantization } from "../../spec/model";
import { downloadFolders } from "../../storage/downloads";
import {
  deleteModel,
  keepModel,
  listModels as keptModels,
  openModel,
  removeModelLeftovers,
  updateCard,
} from "../../storage/models";
import { loadTokenizer } from "../../tokenizer/tokenizer";
import { builtInModels, type BuiltInModel, fetchBuiltIn } from "../built-in";
import { summarise } from "../model-summary";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names = "listModels" | "loadModel" | "loadModelFiles" | "cancelModel" | "deleteModel";

/** Which model to load, and what is known of it before its files are opened. */
interface Source {
  readonly id: string;
  readonly title: string | null;
  readonly source: ModelCard["source"];
  readonly license: string;
  readonly defaults: ModelSummary["defaults"];
  readonly quantization: Quantization | null;
}

/** Choosing and loading of base models. */
export function modelHandlers(session: Session): Pick<Handlers, Names> {
  let loading: AbortController | null = null;
  const load = async (open: (signal: AbortSignal) => Promise<ModelSummary>): Promise<ModelSummary> => {
    if (session.training) {
      throw new LuthierError("model", "A training is running.", "Stop it before you load another model.");
    }
    loading?.abort();
    const controller = new AbortController();
    loading = controller;
    try {
      return await open(controller.signal);
    } finally {
      if (loading === controller) loading = null;
    }
  };
  return {
    async listModels() {
      await removeModelLeftovers(downloadFolders);
      const [builtIn, kept] = await Promise.all([builtInModels(), keptModels()]);
      return [...builtIn.map(builtInCard), ...kept];
    },
    loadModel: ({ id, quantization }) => load((signal) => loadById(session, id, quantization, signal)),
    loadModelFiles: (args) => load((signal) => loadFiles(session, args, signal)),
    cancelModel: () => loading?.abort(),
    async deleteModel({ id }) {
      const inUse = session.hasModel && session.model.summary.id === id;
      if (inUse && session.training) {
        throw new LuthierError(
          "model",
          "A training is running on this model.",
          "Stop it before you delete it.",
        );
      }
      if (inUse) session.setModel(null);
      await deleteModel(id);
    },
  };
}

function builtInCard(model: BuiltInModel): ModelCard {
  const { id, title, family, parameters, sizeBytes, license } = model;
  return { id, title, source: "built-in", family, parameters, sizeBytes, license };
}

async function loadById(
  session: Session,
  id: string,
  quantization: Quantization | null,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const builtIn = (await builtInModels()).find((model) => model.id === id);
  if (builtIn) {
    const files = await fetchBuiltIn(builtIn, signal);
    const { title, license, training: defaults } = builtIn;
    const folder = await openModelFolder(files);
    const known: Source = { id, title, source: "built-in", license, defaults, quantization };
    return activate(session, folder, known, signal);
  }
  const card = (await keptModels()).find((model) => model.id === id);
  if (!card) {
    throw new LuthierError("model", "This model's files are no longer kept.", "Choose its files again.");
  }
  const files = (await openModel(id)).map(({ name, blob }) => blobSource(name, blob));
  const { title, source, license } = card;
  const folder = await openModelFolder(files);
  const known: Source = { id, title, source, license, defaults: {}, quantization };
  const summary = await activate(session, folder, known, signal);
  const { family, parameters } = summary;
  if (card.family !== family || card.parameters !== parameters)
    await updateCard({ ...card, family, parameters });
  return summary;
}

async function loadFiles(
  session: Session,
  { files, paths, quantization }: CommandArgs<"loadModelFiles">[0],
  signal: AbortSignal,
): Promise<ModelSummary> {
  const blobs = new Map(files.map((file, index) => [blobSource(paths[index] ?? file.name, file), file]));
  const folder = await openModelFolder([...blobs.keys()]);
  const id = `model-${await contentId(folder.files)}`;
  const source: Source = { id, title: null, source: "files", license: "", defaults: {}, quantization };
  const summary = await activate(session, folder, source, signal);
  const { title, family, parameters, license } = summary;
  const kept = folder.files.map((file) => ({ name: file.name, blob: defined(blobs.get(file), file.name) }));
  const sizeBytes = kept.reduce((sum, { blob }) => sum + blob.size, 0);
  try {
    await keepModel({ id, title, source: "files", family, parameters, sizeBytes, license }, kept, { signal });
  } catch (error) {
    // Without room to keep it the model can still be trained, until the page is left.
    if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
    session.emit("fault", error.toData());
  }
  return summary;
}

/** Uploads the weights and makes the model the session's. The old one stays until all is well. */
async function activate(
  session: Session,
  folder: ModelFolder,
  source: Source,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const { gpu, pipelines, tuning } = await session.gpu();
  const splitsAnswers = describeModel(folder.config).encoder !== undefined;
  const tokenizer = loadTokenizer(folder, { splitsAnswers });
  const tensors = new Map([...folder.tensors].map(([name, tensor]) => [name, safetensorsTensor(tensor)]));
  const engine = await loadModel(folder.config, tensors, {
    gpu,
    pipelines,
    tuning,
    signal,
    quantization: source.quantization,
    onProgress: (done, total) =>
      session.emit("modelProgress", { done, total, unit: "bytes", what: folder.name }),
  });
  if (signal.aborted) {
    engine.weights.destroy();
    throw cancelled();
  }
  const title = source.title ?? folder.name;
  const card = { id: source.id, title, source: source.source, license: source.license };
  const summary = summarise(card, engine, folder.sizeBytes, tokenizer.hasChatTemplate, source.defaults);
  session.setModel({ summary, engine, tokenizer, folder, baseName: title });
  return summary;
}
