import { defined } from "../../lib/invariant";
import type { Tuning } from "../graph/op";
import { defineKernel, type Grid, elementGrid, type Kernel } from "../gpu/kernel";

type KernelBase = Parameters<typeof defineKernel>[0];

/** Numbers that one invocation reads at a time. */
export type Width = 1 | 4;

/** A kernel and how many numbers its elements hold. */
export interface WidthChoice {
  readonly kernel: Kernel;
  readonly width: Width;
}

/** One shader compiled for single numbers and for vectors of four. */
export interface ElementKernels {
  readonly all: readonly Kernel[];
  /** The kernel for buffers whose rows, offsets and counts are all of these sizes (in numbers). */
  choose(...sizes: readonly number[]): WidthChoice;
}

/** One shader that gives each row a workgroup, compiled for both widths and several counts of lanes. */
export interface RowKernels {
  readonly all: readonly Kernel[];
  /** The kernel for rows of `columns` numbers. */
  choose(columns: number, tuning: Tuning): WidthChoice;
}

/** A shader that sums over rows, a column (or four) at a time. */
export interface ColumnKernels {
  readonly all: readonly Kernel[];
  /** The kernel and grid for a matrix; the kernel wants its columns counted in elements. */
  choose(rows: number, columns: number, tuning: Tuning): WidthChoice & { readonly grid: Grid };
}

const WIDTHS = [1, 4] as const;

/** What puts `alias Element` in front of a shader. */
const ELEMENT_LIBRARY = { 1: "lib/element_f32", 4: "lib/element_vec4" } as const;

/** Four numbers at a time halve the cost of a kernel that memory bounds, wherever every size allows it. */
export function elementWidth(...sizes: readonly number[]): Width {
  return sizes.every((size) => size % 4 === 0) && sizes[0] !== 0 ? 4 : 1;
}

/** The widths that read what `width` reads, the widest first. */
function widthsFrom(width: Width): readonly Width[] {
  return width === 4 ? [4, 1] : [1];
}

/**
 * The first choice whose kernel is not known to be broken. Where all are, the first, so that its error is the one
 * that is told.
 */
export function firstUsable<T extends { readonly kernel: Kernel }>(choices: readonly T[], tuning: Tuning): T {
  const usable = choices.find(({ kernel }) => !tuning.isBroken?.(kernel));
  return usable ?? defined(choices[0], "a variant");
}

/** Makes the variants of an elementwise shader: it sees `Element` and `WIDTH` of lib/element_*.wgsl. */
export function elementKernels(base: KernelBase): ElementKernels {
  const make = (width: Width): Kernel =>
    defineKernel({
      entry: "element",
      ...base,
      includes: [ELEMENT_LIBRARY[width], ...(base.includes ?? [])],
    });
  const kernels = { 1: make(1), 4: make(4) };
  return {
    all: Object.values(kernels),
    choose: (...sizes) => {
      const width = elementWidth(...sizes);
      return { kernel: kernels[width], width };
    },
  };
}

/** How the lanes that share a row exchange what they found. */
interface LaneVariant {
  readonly lanes: number;
  readonly library: "lib/reduce" | "lib/reduce_quad";
  readonly requires: readonly GPUFeatureName[];
}

const throughMemory = (lanes: number): LaneVariant => ({ lanes, library: "lib/reduce", requires: [] });

/**
 * A barrier costs a software GPU a switch between fibres for every four lanes, so there a row gets only four, and
 * no barrier where they can swap registers. On a GPU short rows get 64 too: Metal's compiler loses barriers in
 * workgroups of 32 invocations or fewer (docs/browsers.md).
 */
const LANE_VARIANTS = {
  quad: { lanes: 4, library: "lib/reduce_quad", requires: ["subgroups"] },
  four: throughMemory(4),
  short: throughMemory(64),
  long: throughMemory(256),
} as const satisfies Readonly<Record<string, LaneVariant>>;

type LaneVariantId = keyof typeof LANE_VARIANTS;

/**
 * The variants for rows of `elements` elements, the best first, then those with fewer lanes. A GPU never gets four lanes
 * that share memory: better no result than one of lost barriers.
 */
function laneVariants(elements: number, tuning: Tuning): readonly LaneVariantId[] {
  const quad: readonly LaneVariantId[] = tuning.has("subgroups") ? ["quad"] : [];
  if (tuning.software) return [...quad, "four"];
  return elements <= 512 ? ["short", ...quad] : ["long", "short", ...quad];
}

/**
 * Makes the variants of a shader that reduces rows: it sees `Element`, `LANES` and lib/reduce.wgsl.
 *
 * @param libraries what it includes besides, where that depends on the width
 */
export function rowKernels(
  base: KernelBase,
  libraries: (width: Width) => readonly string[] = () => [],
): RowKernels {
  const make = (width: Width, { lanes, library, requires }: LaneVariant): Kernel =>
    defineKernel({
      entry: "row",
      ...base,
      includes: [ELEMENT_LIBRARY[width], library, ...(base.includes ?? []), ...libraries(width)],
      defines: { LANES: lanes },
      requires,
    });
  const forWidth = (width: Width): Record<LaneVariantId, Kernel> => ({
    quad: make(width, LANE_VARIANTS.quad),
    four: make(width, LANE_VARIANTS.four),
    short: make(width, LANE_VARIANTS.short),
    long: make(width, LANE_VARIANTS.long),
  });
  const kernels = { 1: forWidth(1), 4: forWidth(4) };
  return {
    all: WIDTHS.flatMap((width) => Object.values(kernels[width])),
    choose: (columns, tuning) =>
      firstUsable(
        widthsFrom(elementWidth(columns)).flatMap((width) =>
          laneVariants(columns / width, tuning).map((lanes) => ({ width, kernel: kernels[width][lanes] })),
        ),
        tuning,
      ),
  };
}

/** Rows from which it pays that several invocations share a column. */
const SHARED_COLUMN_ROWS = 64;

/** Makes the variants of a shader that sums over rows: it sees `Element`, `COLUMN_LANES` and `ROW_LANES`. */
export function columnKernels(base: KernelBase): ColumnKernels {
  const make = (width: Width, columnLanes: number, rowLanes: number): Kernel =>
    defineKernel({
      ...base,
      entry: "column",
      includes: [ELEMENT_LIBRARY[width], ...(base.includes ?? [])],
      defines: { COLUMN_LANES: columnLanes, ROW_LANES: rowLanes },
    });
  const alone = { 1: make(1, 64, 1), 4: make(4, 64, 1) };
  const shared = { 1: make(1, 16, 16), 4: make(4, 16, 16) };
  return {
    all: [...Object.values(alone), ...Object.values(shared)],
    choose: (rows, columns, tuning) => {
      // A matrix without rows is bound to four bytes, which hold no vector.
      const widths = widthsFrom(rows > 0 ? elementWidth(columns) : 1);
      const isShared = !tuning.software && rows >= SHARED_COLUMN_ROWS;
      const choice = (kernels: typeof alone, perWorkgroup: number) => (width: Width) => ({
        width,
        kernel: kernels[width],
        grid: elementGrid(columns / width, perWorkgroup),
      });
      const together = isShared ? widths.map(choice(shared, 16)) : [];
      return firstUsable([...together, ...widths.map(choice(alone, 64))], tuning);
    },
  };
}
