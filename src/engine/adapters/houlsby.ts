import { houlsbyFields } from "../../spec/methods/bottleneck";
import { bottleneckMethod } from "./bottleneck";

/** Adapters (Houlsby et al. 2019, arXiv 1902.00751): a bottleneck after attention and one after the feed-forward layer. */
export const houlsby = bottleneckMethod({
  fields: houlsbyFields,
  places: ["attention", "mlp"],
  readsSum: false,
  invertible: false,
});
