import type { EncodedRow } from "../data/encode/encode-row";
import type { AdapterState } from "../engine/adapters/adapter-state";
import type { LoadedModel } from "../engine/models/loaded-model";
import { ReferencePass } from "../engine/train/reference-pass";
import { defined } from "../lib/invariant";
import type { LogLine } from "../protocol/log";
import { objectiveSpecs } from "../shared/objectives";
import type { RunConfig } from "../shared/training";
import type { RunReferences } from "../storage/checkpoints";
import type { RunSetup } from "./run-setup";
import type { Session } from "./session";
import type { PairData } from "./training-data";

/** Log lines report the progress in this many parts. */
const PARTS = 4;

/** Inputs of {@link prepareReferences}. */
interface ReferenceRequest {
  readonly session: Pick<Session, "model">;
  readonly setup: Pick<RunSetup, "config" | "data">;
  /** The result stored by an interrupted run. */
  readonly kept: RunReferences | undefined;
  /** The adapter that the run continues, with its initial values; null if the base model is the reference. */
  start(): Promise<AdapterState | null>;
  readonly tell: (line: LogLine) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives the batches the log-probabilities of their answers before training, if the objective compares with them:
 * computed once, or taken from an interrupted run of the same model over the same tokens. Returns them for its checkpoints; undefined if
 * there are none, or if the signal aborts.
 */
export async function prepareReferences(request: ReferenceRequest): Promise<RunReferences | undefined> {
  const { session, setup, kept } = request;
  const { config, data } = setup;
  if (!config.objective || !objectiveSpecs[config.objective.id].usesReference || !data.pairs)
    return undefined;
  const tokens = await digest(data.pairs.rows, config, session.model.engine);
  if (kept?.tokens !== tokens) return compute(request, data.pairs, tokens);
  data.pairs.rows.forEach((row, index) => {
    const [chosen = NaN, rejected = NaN] = kept.values.subarray(2 * index);
    data.pairs?.references.set(row, [chosen, rejected]);
  });
  return kept;
}

async function compute(
  { session, start, tell, signal }: ReferenceRequest,
  { references, rows, batches, shapes }: PairData,
  tokens: string,
): Promise<RunReferences | undefined> {
  const state = await start();
  try {
    const pass = await ReferencePass.create(session.model.engine, state, shapes);
    try {
      tell({ kind: "comparing", pairs: rows.length });
      let reported = 0;
      for (let index = 0; index < batches.length; index++) {
        if (signal.aborted) return undefined;
        const logs = await pass.logProbabilities(batches.at(index));
        batches.rowsAt(index).forEach((row, pair) => {
          const [chosen = NaN, rejected = NaN] = logs.subarray(2 * pair);
          references.set(defined(rows[row], "a pair"), [chosen, rejected]);
        });
        const part = Math.floor((PARTS * (index + 1)) / batches.length);
        if (part > reported) tell({ kind: "compared", done: references.size, pairs: rows.length });
        reported = part;
      }
    } finally {
      pass.destroy();
    }
  } finally {
    state?.destroy();
  }
  return { tokens, values: Float32Array.from(rows.flatMap((row) => [...(references.get(row) ?? [0, 0])])) };
}

/**
 * Identifies the model as its numbers are stored, the adapter that a run continues, and the tokens of pairs and which of them count: what
 * template, maximum length and dataset come to.
 */
async function digest(
  rows: readonly EncodedRow[],
  { modelId, continueFrom }: Pick<RunConfig, "modelId" | "continueFrom">,
  { tensors }: Pick<LoadedModel, "tensors">,
): Promise<string> {
  // A model loaded in NF4 is another one.
  const types = [...new Set([...tensors.values()].map(({ dtype }) => dtype))].sort();
  const words = rows.flatMap(({ ids, supervised, rejected }) => [
    ...[ids.length, ...ids, ...supervised],
    ...(rejected ? [rejected.ids.length, ...rejected.ids, ...rejected.supervised] : []),
  ]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint32Array.from(words)));
  const tokens = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return JSON.stringify([modelId, types, continueFrom, tokens]);
}
