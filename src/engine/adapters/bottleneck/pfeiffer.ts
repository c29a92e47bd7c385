import { pfeifferFields } from "../../../shared/methods/bottleneck";
import type { BottleneckKind } from "./bottleneck-config";
import { bottleneckMethod } from "./bottleneck";

export const pfeifferKind: BottleneckKind = {
  fields: pfeifferFields,
  sublayers: ["mlp"],
  includesResidual: true,
  invertible: false,
};

/**
 * Pfeiffer adapters (Pfeiffer et al. 2020, arXiv 2005.00247): one bottleneck per block, after the feed-forward layer.
 */
export const pfeiffer = bottleneckMethod(pfeifferKind);
