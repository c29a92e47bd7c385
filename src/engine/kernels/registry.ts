import { storageKinds, type Tuning } from "../graph/op";
import { activationKernels } from "../ops/activation";
import { adamwKernel, stepMetricsKernel } from "../ops/adamw";
import { accumulateKernels, addKernels } from "../ops/add";
import { addBiasKernels } from "../ops/add-bias";
import {
  attentionBackwardBiasKernel,
  type AttentionBias,
  attentionKernel,
  type AttentionPhase,
  attentionStatsKernel,
  attentionVariants,
} from "../ops/attention-kernels";
import { cacheWriteKernels } from "../ops/cache-write";
import { copyBlockKernels } from "../ops/copy-block";
import { crossEntropyKernels } from "../ops/cross-entropy";
import { doraGainKernel } from "../ops/dora-gain";
import { dropoutKernels } from "../ops/dropout";
import { embeddingKernels } from "../ops/embedding";
import { embeddingBackwardKernels, occurrencesKernel } from "../ops/embedding-trainable";
import { fastfoodKernels } from "../ops/fastfood";
import { flatGradientKernels } from "../ops/flat-gradients";
import { fromIdentityKernel } from "../ops/from-identity";
import { gatherRowsKernels, scatterRowsKernels } from "../ops/gather-rows";
import { hardConcreteKernels } from "../ops/hard-concrete";
import {
  layerNormBackwardKernels,
  layerNormKernels,
  layerNormWeightBackwardKernels,
} from "../ops/layer-norm";
import { keepMaskKernels } from "../ops/keep-mask";
import { keepTopKernel } from "../ops/keep-top";
import { lstmKernels } from "../ops/lstm";
import { multiplyKernels } from "../ops/multiply";
import { reduceSumKernels } from "../ops/reduce-sum";
import { rmsNormBackwardKernels, rmsNormKernels, rmsNormWeightBackwardKernels } from "../ops/rms-norm";
import { ropeKernels } from "../ops/rope";
import { multiplyColumnKernels, rowDotKernels } from "../ops/row-dot";
import { rowSquaresKernels } from "../ops/row-squares";
import { scaleKernels } from "../ops/scale";
import { softmaxBackwardKernel, softmaxKernel } from "../ops/softmax";
import { sumRowsKernels } from "../ops/sum-rows";
import { transposeKernel } from "../ops/transpose";
import { widenKernels } from "../ops/weight-panels";
import { zeroKernels } from "../ops/zero";
import { type Kernel, kernelKey } from "../gpu/kernel";
import { type GemmShape, gemmVariants } from "./matmul-variants";

/** Head sizes for the kernels that are compiled for each: one that is a multiple of four, and one that is not. */
const HEAD_SIZES = [64, 6] as const;

const BIASES: readonly AttentionBias[] = [
  { type: "linear" },
  { type: "relative", reach: 128, fromLastKey: true },
];

const PHASES: readonly AttentionPhase[] = ["forward", "backward_query", "backward_key_value"];

/** All kernels of the engine, in every variant; those compiled for a size at one size of each kind. */
export function allKernels(): readonly Kernel[] {
  const kernels = [
    ...activationKernels(),
    ...families.flatMap(({ all }) => all),
    ...embeddingKernels,
    ...widenKernels,
    ...lstmKernels,
    ...keepMaskKernels.all,
    ...rowSquaresKernels,
    ...fastfoodKernels,
    ...flatGradientKernels,
    ...hardConcreteKernels,
    adamwKernel,
    doraGainKernel,
    fromIdentityKernel,
    keepTopKernel,
    occurrencesKernel,
    softmaxBackwardKernel,
    softmaxKernel,
    stepMetricsKernel,
    transposeKernel,
    ...HEAD_SIZES.flatMap(attentionKernels),
    ...gemmKernels(),
  ];
  return [...new Map(kernels.map((kernel) => [kernelKey(kernel), kernel])).values()];
}

/** Kernels that come in a family of widths and lanes. */
const families: readonly { readonly all: readonly Kernel[] }[] = [
  accumulateKernels,
  addBiasKernels,
  addKernels,
  cacheWriteKernels,
  copyBlockKernels,
  crossEntropyKernels,
  dropoutKernels,
  embeddingBackwardKernels,
  gatherRowsKernels,
  layerNormBackwardKernels,
  layerNormKernels,
  layerNormWeightBackwardKernels,
  multiplyColumnKernels,
  multiplyKernels,
  reduceSumKernels,
  rmsNormBackwardKernels,
  rmsNormKernels,
  rmsNormWeightBackwardKernels,
  ropeKernels,
  rowDotKernels,
  scaleKernels,
  scatterRowsKernels,
  sumRowsKernels,
  zeroKernels,
];

function attentionKernels(width: number): Kernel[] {
  const dims = { batch: 1, queries: 64, keys: 64, heads: 2, kvHeads: 1, width };
  const anyDevice: Tuning = { software: false, has: () => true, choice: () => null };
  const scores = [false, true].flatMap((softcap) => BIASES.map((bias) => ({ softcap, bias })));
  const variants = PHASES.flatMap((phase) =>
    attentionVariants(phase, dims, anyDevice).flatMap((variant) =>
      scores.map((score) => attentionKernel(variant, phase, width, score)),
    ),
  );
  const biases = scores.filter(({ bias }) => bias.type === "relative");
  return [
    attentionStatsKernel(width),
    ...biases.map((score) => attentionBackwardBiasKernel(width, score)),
    ...variants,
  ];
}

/** Every form, storage kind and variant, for a shape that is a multiple of every tile and for one of none. */
function gemmKernels(): Kernel[] {
  const shapes = (["nt", "nn", "tn"] as const).flatMap((form) =>
    storageKinds.flatMap((kind) =>
      [128, 127].map((size): GemmShape => {
        const strides = { aStride: size, bStride: size, cStride: size, cOffset: 0 };
        return { form, kind, m: size, n: size, k: size, ...strides };
      }),
    ),
  );
  return Object.values(gemmVariants).flatMap((variant) =>
    shapes.filter((shape) => variant.supports(shape)).map((shape) => variant.kernel(shape)),
  );
}
