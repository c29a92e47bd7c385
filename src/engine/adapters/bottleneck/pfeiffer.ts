import { pfeifferFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

/** What tells Pfeiffer's bottlenecks from others. */
export const pfeifferKind: BottleneckKind = {
  fields: pfeifferFields,
  places: ["mlp"],
  readsSum: true,
  invertible: false,
};

/** Adapters (Pfeiffer et al. 2020, arXiv 2005.00247): one bottleneck a block, after the feed-forward layer. */
export const pfeiffer = bottleneckMethod(pfeifferKind);
