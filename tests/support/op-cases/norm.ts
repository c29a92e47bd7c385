import { f32 } from "../../../src/engine/graph/value";
import { layerNorm } from "../../../src/engine/ops/layer-norm";
import { rmsNorm } from "../../../src/engine/ops/rms-norm";
import { normal } from "../check-op";
import { layerNormReference, rmsNormReference } from "../reference/norm";
import { opCase, type RegisteredCase, type Variants } from "./case";

/** A single row, prime sizes, and widths that are not multiples of the lane count or of four. */
const SHAPES = [
  [1, 3],
  [1, 8],
  [7, 13],
  [2, 3, 20],
  [5, 64],
  [3, 131],
] as const;

/** Widths for each lane count used on hardware, and enough rows for lanes to share a column. */
const GPU_SHAPES = [
  [2, 30],
  [3, 132],
  [1, 577],
  [70, 12],
] as const;

const rms = (shape: readonly number[], weightOffset: 0 | 1, variants?: Variants): RegisteredCase =>
  opCase(
    {
      name: `rmsNorm ${shape.join("x")} offset ${weightOffset}`,
      op: rmsNorm,
      attrs: { epsilon: 1e-5, weightOffset },
      inputs: [
        { type: f32(...shape), grad: true },
        { type: f32(shape.at(-1)!), grad: true },
      ],
      reference: ([x, w]) => rmsNormReference(x!, w!, 1e-5, weightOffset),
    },
    variants,
  );

const layer = (shape: readonly number[], variants?: Variants): RegisteredCase =>
  opCase(
    {
      name: `layerNorm ${shape.join("x")}`,
      op: layerNorm,
      attrs: { epsilon: 1e-5 },
      inputs: [
        { type: f32(...shape), grad: true },
        { type: f32(shape.at(-1)!), grad: true },
        { type: f32(shape.at(-1)!), grad: true },
      ],
      reference: ([x, w, b]) => layerNormReference(x!, w!, b!, 1e-5),
    },
    variants,
  );

/** Large mean: the variance must not be computed as mean(x²) − mean². */
const shifted = opCase({
  name: "layerNorm of values around 100",
  op: layerNorm,
  attrs: { epsilon: 1e-5 },
  inputs: [
    { type: f32(3, 96), data: normal(3 * 96, 5).map((x) => x + 100) },
    { type: f32(96) },
    { type: f32(96) },
  ],
  reference: ([x, w, b]) => layerNormReference(x!, w!, b!, 1e-5),
  tolerance: 1e-5,
});

export const normCases: readonly RegisteredCase[] = [
  ...SHAPES.flatMap((shape) => [rms(shape, 0, "software"), layer(shape, "software")]),
  ...SHAPES.slice(2, 4).flatMap((shape) => [rms(shape, 0, "barriers"), layer(shape, "barriers")]),
  ...GPU_SHAPES.flatMap((shape) => [rms(shape, 0, "gpu"), layer(shape, "gpu")]),
  opCase({
    name: "rmsNorm of single numbers",
    op: rmsNorm,
    attrs: { epsilon: 1e-5, weightOffset: 0 },
    inputs: [{ type: f32(3, 1) }, { type: f32(1) }],
    reference: ([x, w]) => rmsNormReference(x!, w!, 1e-5, 0),
  }),
  rms([3, 36], 1),
  shifted,
];
