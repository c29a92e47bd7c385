import { readFiles } from "../../data/read/read-files";
import { answerAll } from "../../engine/generate/batch-answers";
import { BatchDecoder } from "../../engine/generate/batch-decoder";
import { untilAborted } from "../../lib/abort";
import { isCancelled, LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import { makeRng } from "../../lib/rng";
import type { AnswerFilesArgs } from "../../protocol/commands";
import { templateOf } from "../../shared/data";
import { alpacaRow, type Row } from "../../shared/rows";
import type { FileAnswers } from "../../shared/scores";
import { AnswerText } from "../answer-text";
import type { Gate } from "../gate";
import { readGeneration } from "../generation-config";
import { readAdapter } from "../kept-adapter";
import { prepareQuestions } from "../score-rows";
import type { Session } from "../session";
import { findSpeaker } from "../speakers";
import { onGpu } from "./on-gpu";
import type { Job, JobContext } from "./owner";

/** Answers the prompts of files; `gate` pauses it. */
export function answerFilesJob(session: Session, gate: Gate, args: AnswerFilesArgs): Job<FileAnswers> {
  return {
    kind: "answer-files",
    run: async (context) => {
      gate.open();
      const rows = await promptRows(args.files, context.signal);
      return onGpu(session, () => answerRows(session, gate, args, rows, context));
    },
  };
}

async function answerRows(
  session: Session,
  gate: Gate,
  { side, template, options, ends, system }: AnswerFilesArgs,
  rows: readonly Row[],
  { signal, report }: JobContext,
): Promise<FileAnswers> {
  const { model } = session;
  const adapter = side.adapterId === null ? null : await readAdapter(session, side.adapterId);
  const { promptLength = 0, prefixLength = 0 } = adapter?.adapter ?? {};
  const positions = model.engine.maxPositions - promptLength - prefixLength;
  const manner = templateOf(adapter?.run?.config ?? template);
  const instructed = rows.map((row) => withSystem(row, system));
  const asked = prepareQuestions(instructed, manner, model, positions);
  if (asked.length === 0) throw new LuthierError({ code: "data/nothing-to-ask", leftOut: rows.length });
  const { engine, state } = await findSpeaker(session, side);
  const longest = Math.max(...asked.map(({ prompt }) => prompt.ids.length));
  const decoder = await BatchDecoder.create(engine, state, longest + options.maxNewTokens);
  const answers: FileAnswers["rows"][number][] = [];
  try {
    const { rules } = readGeneration(model.folder.generationConfig, model.folder.config);
    const texts = asked.map(({ prompt }) => new AnswerText(model.tokenizer, prompt.answerLead, ends));
    const questions = asked.map(({ prompt: { ids, endIds } }, index) => ({
      ...{ prompt: ids, endIds, options: { ...options, rules }, random: makeRng(options.seed) },
      ends: (id: number) => texts[index]?.push(id) ?? null,
    }));
    let done = 0;
    for await (const { index, finish } of answerAll(decoder, questions, signal)) {
      const { question, expected } = defined(asked[index], "the answered question");
      answers[index] = { question, expected, answer: defined(texts[index], "its text").end(), finish };
      report({ done: ++done, total: asked.length, what: "" });
      await opened(gate, signal);
    }
  } finally {
    decoder.destroy();
  }
  return {
    rows: answers.filter((row) => row !== undefined),
    prompts: rows.length,
    leftOut: rows.length - asked.length,
  };
}

/** Adds a system text to a conversation without one. */
function withSystem(row: Row, system: string): Row {
  if (row.kind === "text" || row.system || system.trim() === "") return row;
  return { ...row, system };
}

/** Waits until the gate is open or the job is cancelled. */
async function opened(gate: Gate, signal: AbortSignal): Promise<void> {
  try {
    await untilAborted(gate.pass(), signal);
  } catch (error) {
    if (!isCancelled(error)) throw error;
  }
}

/** Rows of files, with or without answers; plain text has one prompt per line. */
async function promptRows(files: readonly File[], signal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  for (const file of files) {
    if (/\.(?:txt|text|md)$/i.test(file.name)) {
      const lines = (await file.text()).split(/\r?\n/).filter((line) => line.trim() !== "");
      rows.push(...lines.map((instruction) => alpacaRow({ instruction, input: "", output: "" })));
      continue;
    }
    const named = { name: file.name, bytes: file };
    for await (const some of readFiles([named], { signal, prompts: true })) rows.push(...some);
  }
  return rows;
}
