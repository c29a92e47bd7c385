import type { Op } from "../graph/op";
import { activationBackward, gatedActivationBackward } from "./activation";
import { adamw, stepMetrics } from "./adamw";
import { accumulate, add } from "./add";
import { addBias } from "./add-bias";
import { attention } from "./attention";
import { attentionBackwardKeyValue, attentionBackwardQuery, attentionStats } from "./attention-backward";
import { broadcastBatch } from "./broadcast-batch";
import { cacheWrite } from "./cache-write";
import { concatRows, sliceRows } from "./concat-rows";
import { doraGain } from "./dora-gain";
import { dropout } from "./dropout";
import { embedding } from "./embedding";
import { embeddingBackward, embeddingTrainable, idOccurrences } from "./embedding-trainable";
import { gatherRows, scatterRows } from "./gather-rows";
import { gelu, geluMultiply } from "./gelu";
import { layerNorm, layerNormBackward, layerNormWeightBackward } from "./layer-norm";
import { linear } from "./linear";
import { linearCrossEntropy } from "./linear-cross-entropy";
import { lstm, lstmBackward } from "./lstm";
import { matmul } from "./matmul";
import { multiply, multiplyRow } from "./multiply";
import { keepTop } from "./keep-top";
import { reduceSum, sumSquares } from "./reduce-sum";
import { relu } from "./relu";
import { rmsNorm, rmsNormBackward, rmsNormWeightBackward } from "./rms-norm";
import { rope } from "./rope";
import { rowSquares } from "./row-squares";
import { scale } from "./scale";
import { sigmoid } from "./sigmoid";
import { silu } from "./silu";
import { siluMultiply } from "./silu-multiply";
import { concatColumns, splitColumns } from "./split-columns";
import { multiplyColumn, rowDot } from "./row-dot";
import { sumRows } from "./sum-rows";
import { tanh } from "./tanh";
import { transpose } from "./transpose";

/** Every op of the engine by its name. Tests walk it: an op that no case covers fails them. */
import { softmax, softmaxBackward } from "./softmax";
export const ops = {
  accumulate,
  activationBackward,
  adamw,
  add,
  addBias,
  attention,
  attentionBackwardKeyValue,
  attentionBackwardQuery,
  attentionStats,
  broadcastBatch,
  cacheWrite,
  concatColumns,
  concatRows,
  doraGain,
  dropout,
  embedding,
  embeddingBackward,
  embeddingTrainable,
  gatedActivationBackward,
  gatherRows,
  gelu,
  geluMultiply,
  idOccurrences,
  layerNorm,
  layerNormBackward,
  layerNormWeightBackward,
  linear,
  linearCrossEntropy,
  lstm,
  lstmBackward,
  matmul,
  multiply,
  keepTop,
  multiplyRow,
  reduceSum,
  relu,
  rmsNorm,
  rmsNormBackward,
  rmsNormWeightBackward,
  rope,
  rowSquares,
  scale,
  multiplyColumn,
  scatterRows,
  sigmoid,
  silu,
  siluMultiply,
  sliceRows,
  splitColumns,
  stepMetrics,
  rowDot,
  sumRows,
  sumSquares,
  tanh,
  transpose,
} as const satisfies Readonly<Record<string, Op<never>>>;

/** The name of an op. */
  softmax,
  softmaxBackward,
export type OpName = keyof typeof ops;
