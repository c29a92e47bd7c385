import { measurePeaks } from "./peaks";
import { type BenchModel, models, smallModels } from "./models";
import { measureProduct, products } from "./products";
import { type Bench, measureAnswers, measureTraining } from "./steps";
import { measureTorch } from "./torch";

/** A part of the benchmark with a result of its own. */
export interface Measurement {
  readonly id: string;
  measure(bench: Bench): object | Promise<object>;
}

const POSITIONS = [16, 1024, 4096];
const SMALL_POSITIONS = [16, 40];

/** Everything that is measured, in order: the device's own limits, kernels, then models. */
export function listMeasurements(isSmall: boolean): readonly Measurement[] {
  const sizes: Readonly<Record<string, BenchModel>> = isSmall ? smallModels : models;
  return [
    { id: "adapter", measure: ({ gpu }) => gpu.info },
    { id: "peaks", measure: ({ gpu }) => measurePeaks(gpu, isSmall) },
    ...products(isSmall).map((product): Measurement => {
      const { form, m, n, k, kind } = product;
      return {
        id: `product ${form} ${m}×${n}×${k} ${kind}`,
        measure: ({ gpu, pipelines }) => measureProduct(gpu, pipelines, product),
      };
    }),
    ...Object.entries(sizes).flatMap(([name, model]): Measurement[] => [
      { id: `training ${name}`, measure: (bench) => measureTraining(bench, model) },
      {
        id: `answers ${name}`,
        measure: (bench) => measureAnswers(bench, model, isSmall ? SMALL_POSITIONS : POSITIONS),
      },
    ]),
    { id: "torch", measure: ({ left }) => measureTorch(sizes, Math.max(1, left())) },
  ];
}
