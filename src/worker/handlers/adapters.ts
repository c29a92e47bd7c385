import { AdapterState } from "../../engine/adapters/adapter-state";
import { adapterFromFolder } from "../../engine/adapters/from-folder";
import { modelCard } from "../../export/model-card";
import { folderFormat, peftFiles } from "../../export/peft";
import { fileSource } from "../../formats/byte-source";
import { OPTIMIZER_FILE, type PeftFolder, readPeftFolder } from "../../formats/peft-folder";
import { zipFiles } from "../../formats/zip";
import { LuthierError } from "../../lib/errors";
import { newId } from "../../lib/id";
import type { AdapterSummary, Download } from "../../protocol/commands";
import { templateTitles, type TemplateId } from "../../spec/data";
import { methodSpecs } from "../../spec/methods";
import type { ModelSummary } from "../../spec/model";
import { deleteAdapter, renameAdapter } from "../../storage/adapters";
import { freeName } from "../adapter-name";
import { summariseAdapter } from "../adapter-summary";
import { keepAdapter, libraryOf, readAdapter, type ReadAdapter } from "../kept-adapter";
import { mergeModel } from "../merge-model";
import { findOptimizer, withOptimizer } from "../optimizer-state";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "listAdapters"
  | "renameAdapter"
  | "deleteAdapter"
  | "exportAdapter"
  | "mergeAdapter"
  | "cancelMerge"
  | "importAdapter";

/** The library of adapters: listing, names, export and import. */
export function adapterHandlers(session: Session): Pick<Handlers, Names> {
  let merging: AbortController | null = null;
  return {
    listAdapters: () => libraryOf(session),
    renameAdapter: ({ id, name }) => rename(session, id, name.trim()),
    async deleteAdapter({ id }) {
      session.dropAdapter(id);
      await deleteAdapter(id);
    },
    exportAdapter: ({ id, withOptimizer }) => exportAdapter(session, id, withOptimizer),
    mergeAdapter({ id, folder }) {
      merging?.abort();
      merging = new AbortController();
      return mergeModel(session, id, folder, merging.signal);
    },
    cancelMerge: () => merging?.abort(),
    async importAdapter({ files }) {
      const folder = await readPeftFolder(files.map(fileSource));
      const name = files[0]?.name.replace(/\.zip$/, "") ?? "Adapter";
      return importAdapter(session, name, folder);
    },
  };
}

async function rename(session: Session, id: string, name: string): Promise<void> {
  if (name === "") {
    throw new LuthierError("adapter", "An adapter needs a name.", "Write one, or leave the old one.");
  }
  const held = session.heldAdapter(id);
  if (held) session.holdAdapter({ ...held, summary: { ...held.summary, name } });
  if (await renameAdapter(id, name)) return;
  if (!held) throw new LuthierError("adapter", "This adapter is no longer kept.", "Reload the page.");
}

async function exportAdapter(session: Session, id: string, withState: boolean): Promise<Download> {
  const { model } = session;
  const read = await readAdapter(session, id);
  const card = adapterCard(read, model.baseName, model.summary);
  const files = peftFiles(read.adapter, read.values, model.baseName, card);
  const optimizer = withState ? await findOptimizer(session, id) : null;
  if (optimizer) files.set(OPTIMIZER_FILE, optimizer);
  const slug = `${model.summary.title}-${read.summary.name}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  return { name: `${slug}.zip`, mediaType: "application/zip", bytes: zipFiles(files) };
}

function adapterCard(
  { summary, run, adapter }: ReadAdapter,
  baseModel: string,
  { license, autoModel, family }: ModelSummary,
): string {
  return modelCard({
    adapterName: summary.name,
    baseModel,
    format: folderFormat(adapter),
    autoModel,
    family,
    methodTitle: methodSpecs[summary.method.id].title,
    license,
    trainableParameters: summary.trainableParameters,
    run: run && {
      config: run.config,
      datasetName: run.datasetName,
      datasetRows: run.datasetRows,
      templateTitle: templateTitles[run.config.templateId as TemplateId],
      steps: summary.steps,
      finalLoss: summary.finalLoss,
      validationLoss: summary.validationLoss,
    },
  });
}

async function importAdapter(session: Session, name: string, folder: PeftFolder): Promise<AdapterSummary> {
  if (session.training) {
    throw new LuthierError("adapter", "A training is running.", "Stop it before you load another adapter.");
  }
  const { gpu, spec } = session.model.engine;
  const found = adapterFromFolder(folder, spec);
  const resumable = folder.optimizer ? await withOptimizer(found, folder, folder.optimizer, spec) : null;
  const { method, adapter, values } = resumable ?? found;
  const state = AdapterState.of(gpu, adapter, values);
  const optimizer = resumable?.optimizer;
  const facts = {
    id: newId(),
    name: await freeName(session, name),
    method,
    origin: "imported" as const,
    savedAt: Date.now(),
    steps: resumable?.steps ?? 0,
    finalLoss: null,
    validationLoss: null,
    ...(optimizer && { optimizerBytes: optimizer.length }),
  };
  const summary = summariseAdapter(facts, adapter, spec);
  const active = { summary, state, run: null, kept: false, ...(optimizer && { optimizer }) };
  session.holdAdapter(active);
  await keepAdapter(session, active);
  return summary;
}
