import { defined } from "../../lib/invariant";
import type { KernelCall, Operand, Tuning, TuningProblem, Variant } from "../graph/op";
import { defineKernel, elementGrid, flatGrid, type Kernel, type ParamValues } from "../gpu/kernel";

type KernelBase = Parameters<typeof defineKernel>[0];

/** Vector width of loads: scalar or vec4. */
export type Width = 1 | 4;

/** A kernel and its vector width. */
export interface WidthChoice {
  readonly kernel: Kernel;
  readonly width: Width;
}

/** A shader compiled for scalars and for vec4. */
export interface ElementKernels {
  /** The widest kernel applicable when all rows, offsets and counts have these sizes (in numbers). */
  choose(...sizes: readonly number[]): WidthChoice;
}

/** Arguments of a kernel over the rows or columns of a matrix. */
export interface MatrixCall {
  readonly rows: number;
  readonly columns: number;
  /** Params other than `rows` and `columns`; columns are counted in elements of `width`. */
  params?(width: Width): ParamValues;
  readonly operands: readonly Operand[];
}

/** A shader with one workgroup per row, compiled for both widths and several lane counts. */
export interface RowKernels {
  /** The default kernel for rows of `columns` numbers. */
  choose(columns: number, tuning: Tuning): WidthChoice;
  /** The dispatch over a matrix with the variant measured best, or the default. */
  call(call: MatrixCall, tuning: Tuning): KernelCall;
}

/** A shader that reduces over rows, one column (or vec4 of columns) per invocation. */
export interface ColumnKernels {
  /** The dispatch over a matrix with the variant measured best, or the default. */
  call(call: MatrixCall, tuning: Tuning): KernelCall;
}

/** Library that defines `alias Element`. */
const ELEMENT_LIBRARY = { 1: "lib/element_f32", 4: "lib/element_vec4" } as const;

/** Width 4 wherever every size allows it: it halves the time of memory-bound kernels. */
export function elementWidth(...sizes: readonly number[]): Width {
  return sizes.every((size) => size % 4 === 0) && sizes[0] !== 0 ? 4 : 1;
}

/** Widths applicable wherever `width` is, widest first. */
function widthsFrom(width: Width): readonly Width[] {
  return width === 4 ? [4, 1] : [1];
}

/** A variant of one call. */
export function oneCall(id: string, call: KernelCall): Variant {
  return { id, kernels: [call.kernel], calls: () => [call] };
}

/**
 * The fastest measured variant, else the first, skipping broken kernels. If all are broken, returns the first, so that its
 * compile error is reported.
 *
 * @param others fallbacks not worth timing, used if none of the problem's variants compiles
 */
export function chooseVariant(problem: TuningProblem, others: readonly Variant[], tuning: Tuning): Variant {
  const isUsable = ({ kernels }: Variant): boolean => !kernels.some((kernel) => tuning.isBroken?.(kernel));
  const variants = problem.variants.filter(isUsable);
  const measured = tuning.choice({ ...problem, variants });
  const usable = [...variants, ...others.filter(isUsable)];
  return defined(usable.find(({ id }) => id === measured) ?? usable[0] ?? problem.variants[0], "a variant");
}

/** The call of {@link chooseVariant} among variants of one call. */
export function chooseCall(problem: TuningProblem, others: readonly Variant[], tuning: Tuning): KernelCall {
  const { id, calls } = chooseVariant(problem, others, tuning);
  const [call] = calls(() => {
    throw new Error(`invariant: ${id} needs no scratch`);
  });
  return defined(call, "a call");
}

/** The first kernel not known to be broken, or the first if all are. */
export function firstUsable(kernels: readonly Kernel[], tuning: Tuning): Kernel {
  return defined(kernels.find((kernel) => !tuning.isBroken?.(kernel)) ?? kernels[0], "a kernel");
}

/** Builds the variants of an elementwise shader, which uses `Element` and `WIDTH` of lib/element_*.wgsl. */
export function elementKernels(base: KernelBase): ElementKernels {
  const make = (width: Width): Kernel =>
    defineKernel({
      entry: "element",
      ...base,
      includes: [ELEMENT_LIBRARY[width], ...(base.includes ?? [])],
    });
  const kernels = { 1: make(1), 4: make(4) };
  return {
    choose: (...sizes) => {
      const width = elementWidth(...sizes);
      return { kernel: kernels[width], width };
    },
  };
}

/** How the lanes of a row combine their partial results. */
interface LaneVariant {
  readonly lanes: number;
  readonly library: "lib/reduce" | "lib/reduce_quad";
  readonly requires: readonly GPUFeatureName[];
}

const throughMemory = (lanes: number): LaneVariant => ({ lanes, library: "lib/reduce", requires: [] });

/**
 * On a software GPU a barrier costs a fibre switch per four lanes, so a row gets four lanes, and no barriers where they
 * can use quad swaps. On hardware even short rows get 64 lanes: Metal's compiler drops barriers in workgroups of 32
 * invocations or fewer (docs/browsers.md).
 */
const LANE_VARIANTS = {
  quad: { lanes: 4, library: "lib/reduce_quad", requires: ["subgroups"] },
  four: throughMemory(4),
  short: throughMemory(64),
  long: throughMemory(256),
} as const satisfies Readonly<Record<string, LaneVariant>>;

type LaneVariantId = keyof typeof LANE_VARIANTS;

/**
 * Variants for rows of `elements` elements: the ones to time, default first, and fallbacks used only if those do not
 * compile. Hardware never gets the four-lane shared-memory variant: a compile error beats results corrupted by dropped
 * barriers.
 */
function laneVariants(
  elements: number,
  tuning: Tuning,
): { readonly timed: readonly LaneVariantId[]; readonly others: readonly LaneVariantId[] } {
  const hasQuads = tuning.has("subgroups");
  if (tuning.software)
    return hasQuads ? { timed: ["quad"], others: ["four"] } : { timed: ["four"], others: [] };
  return { timed: elements <= 512 ? ["short", "long"] : ["long", "short"], others: hasQuads ? ["quad"] : [] };
}

/**
 * Builds the variants of a row reduction shader, which uses `Element`, `LANES` and lib/reduce.wgsl.
 *
 * @param libraries further includes that depend on the width
 * @param widths scalars only for shaders that do not load rows as vectors
 */
export function rowKernels(
  base: KernelBase,
  libraries: (width: Width) => readonly string[] = () => [],
  widths: "both" | "scalar" = "both",
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
  const scalars = forWidth(1);
  const kernels = { 1: scalars, 4: widths === "both" ? forWidth(4) : scalars };
  const inOrder = (columns: number, tuning: Tuning, which: "timed" | "others"): LaneChoice[] =>
    widthsFrom(elementWidth(columns)).flatMap((width) =>
      laneVariants(columns / width, tuning)[which].map((lanes) => ({
        id: `${lanes} x${width}`,
        width,
        kernel: kernels[width][lanes],
      })),
    );
  return {
    choose: (columns, tuning) => {
      const choices = [...inOrder(columns, tuning, "timed"), ...inOrder(columns, tuning, "others")];
      return defined(choices.find(({ kernel }) => !tuning.isBroken?.(kernel)) ?? choices[0], "a variant");
    },
    call: (matrix, tuning) => {
      const { rows, columns, params, operands } = matrix;
      const variant = ({ id, width, kernel }: LaneChoice): Variant =>
        oneCall(id, {
          kernel,
          params: { rows, columns: columns / width, ...params?.(width) },
          operands,
          grid: flatGrid(rows),
        });
      const [first, ...rest] = inOrder(columns, tuning, "timed");
      const best = defined(first, "a variant");
      // Always use the widest loads; only the lane count is tuned.
      const timed = [best, ...rest.filter(({ width }) => width === best.width)];
      const others = [
        ...rest.filter((choice) => !timed.includes(choice)),
        ...inOrder(columns, tuning, "others"),
      ];
      const problem = {
        key: matrixKey(base.shader, matrix),
        work: 4 * rows * columns,
        variants: timed.map(variant),
      };
      return chooseCall(problem, others.map(variant), tuning);
    },
  };
}

interface LaneChoice extends WidthChoice {
  readonly id: string;
}

function matrixKey(shader: string, { rows, columns }: MatrixCall): string {
  return `${shader} ${rows}x${columns}`;
}

/** Row count from which splitting a column between invocations pays off. */
const SHARED_COLUMN_ROWS = 64;

/** Builds the variants of a column reduction shader, which uses `Element`, `COLUMN_LANES` and `ROW_LANES`. */
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
    call: (matrix, tuning) => {
      const { rows, columns, params, operands } = matrix;
      const variant = (id: "shared" | "alone", width: Width): Variant =>
        oneCall(`${id} x${width}`, {
          kernel: (id === "shared" ? shared : alone)[width],
          params: { rows, columns: columns / width, ...params?.(width) },
          operands,
          grid: elementGrid(columns / width, id === "shared" ? 16 : 64),
        });
      // An empty matrix is bound to a 4-byte buffer, too small for a vec4.
      const [width = 1, ...narrower] = widthsFrom(rows > 0 ? elementWidth(columns) : 1);
      const isTall = rows >= SHARED_COLUMN_ROWS;
      const ids = tuning.software ? (["alone"] as const) : (["shared", "alone"] as const);
      const byDefault = isTall ? ids : ids.toReversed();
      const problem = {
        key: matrixKey(base.shader, matrix),
        work: 4 * rows * columns,
        variants: byDefault.map((id) => variant(id, width)),
      };
      const others = narrower.flatMap((other) => byDefault.map((id) => variant(id, other)));
      return chooseCall(problem, others, tuning);
    },
  };
}
