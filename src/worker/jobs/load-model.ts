import { describeModel } from "../../engine/models/registry";
import { blobSource } from "../../formats/byte-source";
import { contentId } from "../../formats/content-id";
import { type ModelFolder, openModelFolder } from "../../formats/model-folder";
import { cancelled, LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { CommandArgs } from "../../protocol/commands";
import type { AdapterSummary } from "../../shared/adapter";
import type { ModelCard, ModelOrigin, ModelSummary, Quantization } from "../../shared/model";
import { keepModel, listModels as keptModels, openModel, updateCard } from "../../storage/models";
import { loadTokenizer } from "../../tokenizer/tokenizer";
import type { ActiveModel } from "../active";
import { builtInModels, fetchBuiltIn } from "../built-in";
import { adaptersOf } from "../kept-adapter";
import { summarise } from "../model-summary";
import type { Session } from "../session";
import { replaceModel } from "./model-swap";
import type { Job, JobContext } from "./owner";
import { uploadModel } from "./upload-model";

/** A model with open files. */
interface OpenedModel {
  readonly folder: ModelFolder;
  readonly id: string;
  readonly title: string | null;
  readonly source: ModelCard["source"];
  readonly license: string;
  readonly defaults: ModelSummary["defaults"];
  readonly quantization: Quantization | null;
  /** Set for models downloaded from a hub. */
  readonly origin?: ModelOrigin | undefined;
  /** Stores the model once its weights have been read. */
  keep?(summary: ModelSummary, signal: AbortSignal): Promise<void>;
}

/** Loads a built-in or stored model. The current model stays in use until the new one is ready, or if loading fails. */
export function loadModelJob(
  session: Session,
  id: string,
  quantization: Quantization | null,
): Job<ModelSummary> {
  return {
    kind: "load-model",
    subject: id,
    run: async (context) => load(session, await openById(id, quantization, context.signal), context),
  };
}

/** Loads a model from files and stores it; otherwise as {@link loadModelJob}. */
export function loadModelFilesJob(
  session: Session,
  args: CommandArgs<"loadModelFiles">[0],
): Job<ModelSummary> {
  return {
    kind: "load-model",
    run: async (context) => load(session, await openFiles(args), context),
  };
}

async function load(session: Session, opened: OpenedModel, context: JobContext): Promise<ModelSummary> {
  const { model, adapters } = await replaceModel(session, context, () => prepare(session, opened, context));
  session.setModel(model, adapters);
  return model.summary;
}

async function openById(
  id: string,
  quantization: Quantization | null,
  signal: AbortSignal,
): Promise<OpenedModel> {
  const builtIn = (await builtInModels()).find((model) => model.id === id);
  if (builtIn) {
    const folder = await openModelFolder(await fetchBuiltIn(builtIn, signal));
    const { title, license, training: defaults } = builtIn;
    return { folder, id, title, source: "built-in", license, defaults, quantization };
  }
  const card = (await keptModels()).find((model) => model.id === id);
  if (!card) throw new LuthierError({ code: "model/files-gone", title: null });
  const files = (await openModel(id)).map(({ name, blob }) => blobSource(name, blob));
  const { title, source, license } = card;
  return {
    folder: await openModelFolder(files),
    id,
    title,
    source,
    license,
    defaults: {},
    quantization,
    origin: card.origin,
    async keep({ family, parameters }) {
      const isKnown = card.family === family && card.parameters === parameters;
      if (!isKnown) await updateCard({ ...card, family, parameters });
    },
  };
}

async function openFiles({
  files,
  paths,
  quantization,
}: CommandArgs<"loadModelFiles">[0]): Promise<OpenedModel> {
  const blobs = new Map(files.map((file, index) => [blobSource(paths[index] ?? file.name, file), file]));
  const folder = await openModelFolder([...blobs.keys()]);
  const id = `model-${await contentId(folder.files)}`;
  const kept = folder.files.map((file) => ({ name: file.name, blob: defined(blobs.get(file), file.name) }));
  const sizeBytes = kept.reduce((sum, { blob }) => sum + blob.size, 0);
  return {
    folder,
    id,
    title: null,
    source: "files",
    license: "",
    defaults: {},
    quantization,
    keep: ({ title, family, parameters, license }, signal) =>
      keepModel({ id, title, source: "files", family, parameters, sizeBytes, license }, kept, { signal }),
  };
}

/** A loaded model, ready to become the session's. */
interface PreparedModel {
  readonly model: ActiveModel;
  readonly adapters: readonly AdapterSummary[];
}

/** Uploads a model's weights; frees them if anything fails or the job is cancelled. */
async function prepare(
  session: Session,
  opened: OpenedModel,
  { signal, report }: JobContext,
): Promise<PreparedModel> {
  const { folder, id, source, license, defaults, quantization } = opened;
  const { gpu, pipelines, tuning } = await session.gpu();
  const splitsAnswers = describeModel(folder.config).encoder !== undefined;
  const tokenizer = loadTokenizer(folder, { splitsAnswers });
  const engine = await uploadModel(folder.config, folder.tensors, {
    gpu,
    pipelines,
    tuning,
    signal,
    quantization,
    onProgress: (done, total) => report({ done, total, unit: "bytes", what: folder.name }),
  });
  try {
    const title = opened.title ?? folder.name;
    const card = { id, title, source, license };
    const summary = summarise(card, engine, folder, tokenizer.hasChatTemplate, defaults);
    await keep(session, opened, summary, signal);
    const adapters = await adaptersOf(session, id);
    if (signal.aborted) throw cancelled();
    return { model: { summary, engine, tokenizer, folder, origin: opened.origin ?? null }, adapters };
  } catch (error) {
    engine.weights.destroy();
    throw error;
  }
}

/** A model that cannot be stored can still be used until the page is closed. */
async function keep(
  session: Pick<Session, "emit">,
  opened: OpenedModel,
  summary: ModelSummary,
  signal: AbortSignal,
): Promise<void> {
  try {
    await opened.keep?.(summary, signal);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
    session.emit("fault", error.toData());
  }
}
