import { madXLanguageFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

/** What tells MAD-X's language adapters from other bottlenecks. */
export const madXLanguageKind: BottleneckKind = {
  fields: madXLanguageFields,
  places: ["mlp"],
  readsSum: true,
  invertible: true,
};

/**
 * MAD-X's language adapter (Pfeiffer et al. 2020, arXiv 2005.00052): a bottleneck after each feed-forward layer, an
 * invertible adapter after the embeddings, and its inverse before the head. The library's `seq_bn_inv`.
 */
export const madXLanguage = bottleneckMethod(madXLanguageKind);
