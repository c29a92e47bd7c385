import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { copyBlockCall } from "./copy-block";
import { zeroCall } from "./zero";

interface SplitAttrs {
  /** Widths of the pieces along the last axis, summing to its size. */
  readonly sizes: readonly number[];
}

/** Splits x (…, N) along its last axis into pieces (…, sizes[i]). */
export const splitColumns: Op<SplitAttrs> = {
  name: "splitColumns",
  infer: ([x], { sizes }) => {
    const { shape } = x as TensorType;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    invariant(total === shape.at(-1), `splitColumns: pieces of ${total} do not make ${formatShape(shape)}`);
    return sizes.map((size) => f32(...shape.slice(0, -1), size));
  },
  vjp: ({ graph, attrs, gradOutputs, needs }) => {
    if (!needs[0]) return [null];
    const present = gradOutputs.flatMap((gradient, index) => (gradient ? [{ gradient, index }] : []));
    const pieces = present.map(({ gradient }) => gradient);
    return [graph.apply(concatColumns, pieces, { ...attrs, places: present.map(({ index }) => index) })];
  },
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [x] = inputs as [Value];
    const stride = x.type.shape.at(-1) ?? 0;
    const rows = elementCount(x.type.shape.slice(0, -1));
    let sourceOffset = 0;
    outputs.forEach((y, index) => {
      const width = attrs.sizes[index] ?? 0;
      const copy = { rows, width, sourceStride: stride, sourceOffset, targetStride: width, targetOffset: 0 };
      dispatch(copyBlockCall(copy, x, y));
      sourceOffset += width;
    });
  },
};

/** Concatenates pieces along the last axis at indices `places` of `sizes`; missing pieces are zero. */
export const concatColumns: Op<SplitAttrs & { readonly places: readonly number[] }> = {
  name: "concatColumns",
  infer: (pieces, { sizes }) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return [f32(...(pieces[0] as TensorType).shape.slice(0, -1), total)];
  },
  vjp: ({ graph, attrs: { sizes, places }, gradOutputs: [dy], needs }) => {
    if (!dy) return places.map(() => null);
    const pieces = graph.applyAll(splitColumns, [dy], { sizes });
    return places.map((place, index) => (needs[index] ? (pieces[place] ?? null) : null));
  },
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [y] = outputs as [Value];
    const { sizes, places } = attrs;
    const stride = y.type.shape.at(-1) ?? 0;
    const rows = elementCount(y.type.shape.slice(0, -1));
    if (places.length < sizes.length) dispatch(zeroCall(y));
    inputs.forEach((piece, index) => {
      const place = places[index] ?? 0;
      const width = sizes[place] ?? 0;
      const targetOffset = sizes.slice(0, place).reduce((sum, size) => sum + size, 0);
      const copy = { rows, width, sourceStride: width, sourceOffset: 0, targetStride: stride, targetOffset };
      dispatch(copyBlockCall(copy, piece, y));
    });
  },
};
