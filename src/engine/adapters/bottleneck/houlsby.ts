import { houlsbyFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

export const houlsbyKind: BottleneckKind = {
  fields: houlsbyFields,
  sublayers: ["attention", "mlp"],
  includesResidual: false,
  invertible: false,
};

/**
 * Houlsby adapters (Houlsby et al. 2019, arXiv 1902.00751): a bottleneck after attention and after the feed-forward
 * layer.
 */
export const houlsby = bottleneckMethod(houlsbyKind);
