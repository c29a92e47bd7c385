import { houlsbyFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

/** What tells Houlsby's bottlenecks from others. */
export const houlsbyKind: BottleneckKind = {
  fields: houlsbyFields,
  places: ["attention", "mlp"],
  readsSum: false,
  invertible: false,
};

/** Adapters (Houlsby et al. 2019, arXiv 1902.00751): a bottleneck after attention and one after the feed-forward layer. */
export const houlsby = bottleneckMethod(houlsbyKind);
