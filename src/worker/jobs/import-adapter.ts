import { AdapterState, initContext } from "../../engine/adapters/adapter-state";
import { adapterFromFolder, withBaseInit } from "../../engine/adapters/from-folder";
import { fileSource } from "../../formats/byte-source";
import { type PeftFolder, readPeftFolder } from "../../formats/peft-folder";
import { newId } from "../../lib/id";
import { defined } from "../../lib/invariant";
import { makeRng } from "../../lib/rng";
import type { AdapterSummary } from "../../shared/adapter";
import { freeName } from "../adapter-name";
import { summariseAdapter } from "../adapter-summary";
import { type AdapterHost, keepAdapter, libraryOf } from "../kept-adapter";
import { withOptimizer } from "../optimizer-state";
import type { Job } from "./owner";

/** Imports an adapter's files into the loaded model's library. */
export function importAdapterJob(session: AdapterHost, files: readonly File[]): Job<AdapterSummary> {
  return {
    kind: "import-adapter",
    async run() {
      const folder = await readPeftFolder(files.map(fileSource));
      const { name } = defined(files[0], "the adapter's first file");
      return importAdapter(session, name.replace(/\.zip$/, ""), folder);
    },
  };
}

async function importAdapter(
  session: AdapterHost,
  name: string,
  folder: PeftFolder,
): Promise<AdapterSummary> {
  const { engine, tokenizer } = session.model;
  const { gpu, spec } = engine;
  const tokenize = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  const context = initContext(engine.tensors, makeRng(0), tokenize);
  const found = await withBaseInit(adapterFromFolder(folder, spec), context);
  const resumable = folder.optimizer ? await withOptimizer(found, folder, folder.optimizer, spec) : null;
  const { method, adapter, values } = resumable ?? found;
  const state = AdapterState.of(gpu, adapter, values);
  const optimizer = resumable?.optimizer;
  const facts = {
    id: newId(),
    name: freeName(await libraryOf(session), name),
    method,
    origin: "imported" as const,
    savedAt: Date.now(),
    steps: resumable?.steps ?? 0,
    finalLoss: null,
    validationLoss: null,
    ...(optimizer && { optimizerBytes: optimizer.length }),
  };
  const summary = summariseAdapter(facts, adapter, spec);
  const active = { summary, state, run: null };
  session.holdAdapter(active);
  return keepAdapter(session, { ...active, ...(optimizer && { optimizer }) });
}
