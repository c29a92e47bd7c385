import { methodTitles, templateTitles } from "../../export/card-words";
import { modelCard } from "../../export/model-card";
import { folderFormat, peftFiles } from "../../export/peft";
import { OPTIMIZER_FILE } from "../../formats/peft-folder";
import { zipFiles } from "../../formats/zip";
import type { Download } from "../../protocol/commands";
import type { TemplateId } from "../../shared/data";
import type { ModelSummary } from "../../shared/model";
import { type AdapterHost, readAdapter, type ReadAdapter } from "../kept-adapter";
import { findOptimizer } from "../optimizer-state";
import type { Job } from "./owner";

/** Makes a zip of an adapter. */
export function exportJob(session: AdapterHost, id: string, withState: boolean): Job<Download> {
  return { kind: "export", run: () => exportAdapter(session, id, withState) };
}

async function exportAdapter(session: AdapterHost, id: string, withState: boolean): Promise<Download> {
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
    methodTitle: methodTitles[summary.method.id],
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
