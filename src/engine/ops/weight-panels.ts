import type { LowerContext, Operand, StorageKind, WeightRef } from "../graph/op";
import { f32 } from "../graph/value";
import { defineKernel, elementGrid, type Kernel } from "../gpu/kernel";
import { blockKinds, blockLibraries } from "../kernels/storage";

/** A range of rows of a frozen matrix, as a matmul operand. */
export interface WeightPanel {
  readonly rowStart: number;
  readonly rows: number;
  readonly kind: StorageKind;
  readonly operand: Operand;
}

/** The parts of the lowering context used by products with a frozen matrix. */
export type PanelContext = Pick<LowerContext<unknown>, "tuning" | "dispatch" | "scratch">;

/** Rows of the other operand from which a software GPU dequantises a panel up front rather than per tile. */
const WIDEN_ROWS = 16;
/** Maximum bytes of a dequantised panel; panels start at multiples of 64 rows. */
const PANEL_BYTES = 4 * 2 ** 20;

const kernels: ReadonlyMap<StorageKind, Kernel> = new Map(
  blockKinds.map((kind) => [
    kind,
    defineKernel({
      shader: "quant/widen",
      entry: "element",
      includes: blockLibraries(kind),
      params: { first4: "u32", count: "u32" },
      bindings: ["read_write", "read"],
    }),
  ]),
);

/**
 * The parts of a frozen matrix that a product iterates over: its shards, or, if dequantising dominates
 * (block-quantised, many rows, a software GPU), smaller panels that are each dequantised to f32 into a shared scratch
 * buffer.
 *
 * @param rows rows of the other operand
 */
export function* weightPanels(
  { tuning, dispatch, scratch }: PanelContext,
  weight: WeightRef,
  rows: number,
): Generator<WeightPanel> {
  const kernel = kernels.get(weight.kind);
  const { columns } = weight;
  const most = Math.max(64, Math.floor(PANEL_BYTES / (4 * columns) / 64) * 64);
  const widest = Math.min(most, Math.max(...weight.shards.map((shard) => shard.rows)));
  const widens = kernel !== undefined && tuning.software && rows >= WIDEN_ROWS;
  const panel = widens ? scratch(f32(Math.ceil((widest * columns) / 4) * 4)) : null;
  for (const [index, shard] of weight.shards.entries()) {
    const stored: Operand = { weight, shard: index };
    if (!panel || !kernel) {
      yield { ...shard, kind: weight.kind, operand: stored };
      continue;
    }
    for (let row = 0; row < shard.rows; row += most) {
      const count = Math.min(most, shard.rows - row);
      const groups = Math.ceil((count * columns) / 4);
      dispatch({
        kernel,
        params: { first4: (row * columns) / 4, count: groups },
        operands: [panel, stored],
        grid: elementGrid(groups),
        flops: 64 * groups,
      });
      yield { rowStart: shard.rowStart + row, rows: count, kind: "f32", operand: panel };
    }
  }
}
