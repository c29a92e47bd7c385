import { f32 } from "../../../src/engine/graph/value";
import { lstm } from "../../../src/engine/ops/lstm";
import { normal } from "../check-op";
import { bidirectionalLstm } from "../reference/lstm";
import { opCase, type RegisteredCase, type Variants } from "./case";

const lstmCase = (length: number, hidden: number, variants: Variants): RegisteredCase =>
  opCase(
    {
      name: `lstm over ${length} of ${hidden}`,
      op: lstm,
      attrs: {},
      inputs: [
        { type: f32(length, 4 * hidden), grad: true },
        { type: f32(length, 4 * hidden), grad: true },
        { type: f32(4 * hidden, hidden), data: normal(4 * hidden * hidden, 5, 0.5), grad: true },
        { type: f32(4 * hidden, hidden), data: normal(4 * hidden * hidden, 6, 0.5), grad: true },
      ],
      reference: ([x, xReverse, w, wReverse]) =>
        bidirectionalLstm(x!, xReverse!, w!, wReverse!, length, hidden),
    },
    variants,
  );

export const lstmCases: readonly RegisteredCase[] = [
  lstmCase(1, 3, "software"),
  lstmCase(4, 6, "software"),
  lstmCase(3, 5, "gpu"),
];
