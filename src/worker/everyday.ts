import * as v from "valibot";
import type { AdapterState } from "../engine/adapters/adapter-state";
import type { LoadedModel } from "../engine/models/loaded-model";
import { objectOf } from "../lib/schema";
import { templateOf } from "../shared/data";
import { alpacaRow, type Row } from "../shared/rows";
import type { EverydayLosses } from "../shared/run-record";
import { LEARN_EVERY } from "../shared/training";
import type { ActiveAdapter } from "./active";
import { readPublicJson } from "./public-files";
import { measureLoss, type PreparedRow, prepareRows } from "./score-rows";
import type { Session } from "./session";

const everydayFile = v.array(objectOf({ instruction: v.string(), output: v.string() }));

/** Everyday questions with short answers, unrelated to any of the sample datasets. */
export async function everydayRows(): Promise<Row[]> {
  const rows = await readPublicJson("datasets/everyday.json", everydayFile);
  return rows.map((row) => alpacaRow({ ...row, input: "" }));
}

/** Tokens of an everyday question with its answer, at most. */
const MAX_LENGTH = 256;

/** Losses of base models, which do not change, by template. */
const baseLosses = new WeakMap<LoadedModel, Map<string, number>>();

/**
 * Loss per token on the everyday questions, asked as a run asks: of the base model and of the adapter. Null if that
 * cannot be measured, which does not fail a run.
 */
export async function everydayLosses(
  { model }: Pick<Session, "model">,
  { state, run }: ActiveAdapter,
  signal: AbortSignal,
): Promise<EverydayLosses | null> {
  if (!run) return null;
  const { engine } = model;
  const template = templateOf(run.config);
  const { promptLength, prefixLength } = state.adapter;
  const positions = engine.maxPositions - promptLength - prefixLength;
  const measure = (rows: readonly PreparedRow[], adapter: AdapterState | null): Promise<number> =>
    measureLoss({ engine, state: adapter }, rows, signal);
  try {
    const rows = prepareRows(
      await everydayRows(),
      { ...template, ...LEARN_EVERY, maxLength: MAX_LENGTH },
      model,
      positions,
    );
    if (rows.length === 0) return null;
    const known = baseLosses.get(engine) ?? new Map<string, number>();
    baseLosses.set(engine, known);
    const key = JSON.stringify([template, rows.length]);
    const before = known.get(key) ?? (await measure(rows, null));
    known.set(key, before);
    return { before, after: await measure(rows, state) };
  } catch {
    // The run has ended well; a lost device reports itself.
    return null;
  }
}
