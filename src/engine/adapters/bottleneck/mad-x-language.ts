import { madXLanguageFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

export const madXLanguageKind: BottleneckKind = {
  fields: madXLanguageFields,
  sublayers: ["mlp"],
  includesResidual: true,
  invertible: true,
};

/**
 * MAD-X language adapter (Pfeiffer et al. 2020, arXiv 2005.00052): a bottleneck after each feed-forward layer, an
 * invertible adapter after the embeddings, and its inverse before the head. `seq_bn_inv` in the adapters library.
 */
export const madXLanguage = bottleneckMethod(madXLanguageKind);
