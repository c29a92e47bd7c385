/** Type of a field of a kernel's `Params` struct; fields are listed in WGSL declaration order. */
export type ParamKind = "u32" | "i32" | "f32";

/** Param values by field name. */
export type ParamValues = Readonly<Record<string, number>>;

/** Workgroups along x, y, z. */
export type Grid = readonly [x: number, y: number, z: number];

/**
 * The entry point prepended by the assembler, and the function the shader must supply (shaders/lib/entry_*.wgsl):
 * - `element`: `compute_element(i)` for each i below `params.count`; dispatch with {@link elementGrid}
 * - `row`: `compute_row(row, lane)`, one workgroup of LANES per row below `params.rows`
 * - `column`: `term(row, column)`, summed over the rows
 * - `own`: the shader has its own `main`
 */
export type EntryPoint = "element" | "row" | "column" | "own";

/**
 * A compute kernel: the part that is compiled and cached. Per-call state (params, buffers, grid) is in `KernelCall`.
 * The `Params` uniform is binding 0 of group 0; storage buffers follow from binding 1, in the order of `bindings`. The
 * entry point is `main`.
 */
export interface Kernel {
  /** Path under shaders/, without the extension: "norm/rms_norm". */
  readonly shader: string;
  /** Library files prepended to the shader: "lib/weight_f16". */
  readonly includes: readonly string[];
  readonly entry: EntryPoint;
  /**
   * Integers prepended as `const NAME = 12u;`: array sizes, loop bounds, workgroup sizes. Not pipeline-overridable
   * constants: naga (Firefox, wgpu) panics on arrays sized by override expressions.
   */
  readonly defines: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, ParamKind>>;
  readonly bindings: readonly ("read" | "read_write")[];
  /** Device features required to compile the kernel. */
  readonly requires: readonly GPUFeatureName[];
}

/** Builds a kernel with defaults for optional fields. */
export function defineKernel(
  kernel: Pick<Kernel, "shader" | "params" | "bindings"> & Partial<Kernel>,
): Kernel {
  return { includes: [], entry: "own", defines: {}, requires: [], ...kernel };
}

/** Pipeline cache key; kernels with equal keys compile to the same code. */
export function kernelKey(kernel: Kernel): string {
  const values = Object.entries(kernel.defines).map(([name, value]) => `${name}=${value}`);
  return [...kernel.includes, kernel.shader, ...values].join(" ");
}

/** WebGPU's guaranteed maxComputeWorkgroupsPerDimension. */
export const MAX_WORKGROUPS = 65535;

/**
 * A grid of at least `workgroups` workgroups, folded into y beyond the per-dimension limit. Shaders recover the flat
 * index with `flat_workgroup` (lib/grid.wgsl) and must bounds-check it.
 */
export function flatGrid(workgroups: number): Grid {
  if (workgroups <= MAX_WORKGROUPS) return [workgroups, 1, 1];
  const y = Math.ceil(workgroups / MAX_WORKGROUPS);
  return [Math.ceil(workgroups / y), y, 1];
}

/** Grid for one invocation per element with workgroups of `size`. */
export function elementGrid(elements: number, size = 64): Grid {
  return flatGrid(Math.ceil(elements / size));
}

/** Packs params into the uniform struct's layout (4-byte fields, padded to 16 bytes). */
export function packParams(kernel: Kernel, values: ParamValues): ArrayBuffer {
  const fields = Object.entries(kernel.params);
  const bytes = new ArrayBuffer(Math.max(16, Math.ceil((fields.length * 4) / 16) * 16));
  const view = new DataView(bytes);
  fields.forEach(([name, kind], index) => {
    const value = values[name];
    if (value === undefined) throw new Error(`invariant: ${kernel.shader} needs the param ${name}`);
    if (kind === "f32") view.setFloat32(index * 4, value, true);
    else if (kind === "i32") view.setInt32(index * 4, value, true);
    else view.setUint32(index * 4, value, true);
  });
  return bytes;
}
