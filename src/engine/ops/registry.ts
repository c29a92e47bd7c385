import type { Op } from "../graph/op";
import { activationBackward, gatedActivationBackward } from "./activation";
import { adamw, stepMetrics } from "./adamw";
import { accumulate, add } from "./add";
import { addBias } from "./add-bias";
import { attention } from "./attention";
import {
  attentionBackwardBias,
  attentionBackwardKeyValue,
  attentionBackwardQuery,
  attentionStats,
} from "./attention-backward";
import { broadcastBatch } from "./broadcast-batch";
import { cacheWrite } from "./cache-write";
import { concatRows, sliceRows } from "./concat-rows";
import { doraGain } from "./dora-gain";
import { dropout } from "./dropout";
import { embedding } from "./embedding";
import { embeddingBackward, embeddingTrainable, idOccurrences } from "./embedding-trainable";
import { fastfoodGradient, fastfoodLinear } from "./fastfood";
import { addSquares, maskGradients } from "./flat-gradients";
import { fromIdentity } from "./from-identity";
import { gatherRows, scatterRows } from "./gather-rows";
import { gelu, geluMultiply } from "./gelu";
import { keepMask } from "./keep-mask";
import { keepTop } from "./keep-top";
import { gatePenalty, hardConcrete, hardConcreteBackward } from "./hard-concrete";
import { layerNorm, layerNormBackward, layerNormWeightBackward } from "./layer-norm";
import { linear } from "./linear";
import { linearCrossEntropy } from "./linear-cross-entropy";
import { lstm, lstmBackward } from "./lstm";
import { matmul } from "./matmul";
import { multiply, multiplyRow } from "./multiply";
import { reduceSum, sumSquares } from "./reduce-sum";
import { relu } from "./relu";
import { rmsNorm, rmsNormBackward, rmsNormWeightBackward } from "./rms-norm";
import { rope } from "./rope";
import { multiplyColumn, rowDot } from "./row-dot";
import { rowSquares } from "./row-squares";
import { scale } from "./scale";
import { sigmoid } from "./sigmoid";
import { silu } from "./silu";
import { siluMultiply } from "./silu-multiply";
import { softmax, softmaxBackward } from "./softmax";
import { concatColumns, splitColumns } from "./split-columns";
import { sumRows } from "./sum-rows";
import { tanh } from "./tanh";
import { transpose } from "./transpose";

/** Every op of the engine by its name. Tests walk it: an op that no case covers fails them. */
export const ops = {
  accumulate,
  activationBackward,
  adamw,
  add,
  addBias,
  addSquares,
  attention,
  attentionBackwardBias,
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
  fastfoodGradient,
  fastfoodLinear,
  fromIdentity,
  gatedActivationBackward,
  gatePenalty,
  gatherRows,
  gelu,
  geluMultiply,
  hardConcrete,
  hardConcreteBackward,
  idOccurrences,
  keepMask,
  keepTop,
  layerNorm,
  layerNormBackward,
  layerNormWeightBackward,
  linear,
  linearCrossEntropy,
  lstm,
  lstmBackward,
  maskGradients,
  matmul,
  multiply,
  multiplyColumn,
  multiplyRow,
  reduceSum,
  relu,
  rmsNorm,
  rmsNormBackward,
  rmsNormWeightBackward,
  rope,
  rowDot,
  rowSquares,
  scale,
  scatterRows,
  sigmoid,
  silu,
  siluMultiply,
  sliceRows,
  softmax,
  softmaxBackward,
  splitColumns,
  stepMetrics,
  sumRows,
  sumSquares,
  tanh,
  transpose,
} as const satisfies Readonly<Record<string, Op<never>>>;

/** The name of an op. */
export type OpName = keyof typeof ops;
