import { pfeifferFields } from "../../spec/methods/bottleneck";
import { bottleneckMethod } from "./bottleneck";

/** Adapters (Pfeiffer et al. 2020, arXiv 2005.00247): one bottleneck a block, after the feed-forward layer. */
export const pfeiffer = bottleneckMethod({
  fields: pfeifferFields,
  places: ["mlp"],
  readsSum: true,
  invertible: false,
});
