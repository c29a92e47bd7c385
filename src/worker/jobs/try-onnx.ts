import { promptIds } from "../../data/shape/conversation";
import { shapeOf } from "../../data/shape/prompt-template";
import { argmax } from "../../engine/generate/sampling";
import { exportFiles } from "../../export/registry";
import type { StreamedFile } from "../../formats/zip";
import { cancelled, LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { CommandArgs } from "../../protocol/commands";
import type { OnnxTrial } from "../../shared/exports";
import { checkIds } from "../check-ids";
import type { EncodedRows } from "../encoded-rows";
import { exportSource } from "../export-source";
import { holdAdapter, templateOfAdapter } from "../kept-adapter";
import { type OnnxFile, OnnxModel } from "../onnx-model";
import type { Session } from "../session";
import { onGpu } from "./on-gpu";
import type { Job, JobContext } from "./owner";

/** Tokens of an answer. */
const MAX_TOKENS = 24;

/** The runtime has at most 4 GB of memory, and holds the weights twice while loading. */
const MAX_BYTES = 1.5e9;

/**
 * Exports an adapter as ONNX in memory, answers a question greedily in onnxruntime-web, and compares each token's logits
 * with the engine's. Errors: the export is not available, or too large for the runtime.
 */
export function tryOnnxJob(
  session: Session,
  encoded: EncodedRows,
  args: CommandArgs<"tryOnnx">[0],
): Job<OnnxTrial> {
  return {
    kind: "try-onnx",
    run: (context) => onGpu(session, () => tryOnnx(session, encoded, args, context)),
  };
}

async function tryOnnx(
  session: Session,
  encoded: EncodedRows,
  { id, type, template, question }: CommandArgs<"tryOnnx">[0],
  context: JobContext,
): Promise<OnnxTrial> {
  const { source } = await exportSource(session, encoded, id, template);
  const { tokenizer, templateId } = shapeOf(
    (await templateOfAdapter(session, id)) ?? template,
    session.model.tokenizer,
  );
  const { ids, endIds } = promptIds([{ role: "user", content: question }], templateId, tokenizer);
  checkIds(ids, session.model);
  const { files } = await exportFiles(source, "onnx", { type, name: "trial", withOptimizer: false });
  const { state } = await holdAdapter(session, id);
  const { engine } = session.model;
  const generator = await session.generator(1, { engine, state }, ids.length + MAX_TOKENS);
  const [graph, ...data] = await readModel(files, context);
  const model = await OnnxModel.load(defined(graph, "the ONNX graph"), data);
  try {
    let agreeing = 0;
    let largestDifference = 0;
    const answer: number[] = [];
    let fed: readonly number[] = ids;
    while (answer.length < MAX_TOKENS) {
      if (context.signal.aborted) throw cancelled();
      const theirs = await model.logitsAfter(fed);
      const ours = await generator.logitsAfter([...ids, ...answer]);
      largestDifference = Math.max(largestDifference, relativeDifference(theirs, ours));
      const token = argmax(theirs);
      if (token === argmax(ours)) agreeing++;
      answer.push(token);
      if (endIds.has(token)) break;
      fed = [token];
    }
    return {
      answer: tokenizer.decode(answer, { skipSpecialTokens: true }),
      tokens: answer.length,
      agreeing,
      largestDifference,
    };
  } finally {
    await model.release();
  }
}

/** The graph and its data files. */
async function readModel(
  files: readonly StreamedFile[],
  { signal, report }: JobContext,
): Promise<OnnxFile[]> {
  const parts = files.filter(({ path }) => path.startsWith("onnx/"));
  const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > MAX_BYTES)
    throw new LuthierError({ code: "export/too-large-to-try", sizeBytes: total, maxBytes: MAX_BYTES });
  let done = 0;
  const read: OnnxFile[] = [];
  for (const file of parts) {
    const bytes = new Uint8Array(file.sizeBytes);
    let at = 0;
    for await (const piece of file.chunks()) {
      if (signal.aborted) throw cancelled();
      bytes.set(piece, at);
      at += piece.length;
      done += piece.length;
      report({ done, total, what: file.path });
    }
    read.push({ name: file.path.slice("onnx/".length), bytes });
  }
  return read;
}

/** Largest difference, relative to the largest magnitude. */
function relativeDifference(theirs: Float32Array, ours: Float32Array): number {
  let most = 0;
  let furthest = 0;
  ours.forEach((value, index) => {
    most = Math.max(most, Math.abs(value));
    furthest = Math.max(furthest, Math.abs(value - (theirs[index] ?? NaN)));
  });
  return furthest / most;
}
