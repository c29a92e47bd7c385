/** A field of a kernel's `Params` struct, in the order of the WGSL declaration. */
export type ParamKind = "u32" | "i32" | "f32";

/** Values of a kernel's params by field name. */
export type ParamValues = Readonly<Record<string, number>>;

/** Workgroups along x, y, z. */
export type Grid = readonly [x: number, y: number, z: number];

/**
 * Which entry point the assembler puts in front of a shader, and so what the shader supplies (shaders/lib/entry_*.wgsl):
 * - `element`: `compute_element(i)`, for each i below `params.count`; its grid is {@link elementGrid};
 * - `row`: `compute_row(row, lane)` in the LANES of one workgroup, for each row below `params.rows`;
 * - `column`: `term(row, column)`, to be summed over the rows;
 * - `own`: its own `main`.
 */
export type EntryPoint = "element" | "row" | "column" | "own";

/**
 * One compute kernel: what is compiled and cached. What changes from call to call (params, buffers, grid) stays
 * outside. The shader binds its `Params` uniform at binding 0 of group 0 and its storage buffers from binding 1
 * on, in the order of `bindings`; its entry point is `main`.
 */
export interface Kernel {
  /** Path under shaders/, without the extension: "norm/rms_norm". */
  readonly shader: string;
  /** Library files put in front of the shader: "lib/weight_f16". */
  readonly includes: readonly string[];
  readonly entry: EntryPoint;
  /**
   * Whole numbers put in front of the shader as `const NAME = 12u;`: array sizes, loop bounds, workgroup sizes. Never
   * pipeline-overridable constants: naga (Firefox, wgpu) panics on arrays sized by an expression of one.
   */
  readonly defines: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, ParamKind>>;
  readonly bindings: readonly ("read" | "read_write")[];
  /** Device features without which the kernel cannot be compiled. */
  readonly requires: readonly GPUFeatureName[];
}

/** Fills a kernel's optional parts. */
export function defineKernel(
  kernel: Pick<Kernel, "shader" | "params" | "bindings"> & Partial<Kernel>,
): Kernel {
  return { includes: [], entry: "own", defines: {}, requires: [], ...kernel };
}

/** The identity of a kernel's pipeline: equal keys compile to the same code. */
export function kernelKey(kernel: Kernel): string {
  const values = Object.entries(kernel.defines).map(([name, value]) => `${name}=${value}`);
  return [...kernel.includes, kernel.shader, ...values].join(" ");
}

/** WebGPU's guaranteed limit of workgroups along one dimension. */
export const MAX_WORKGROUPS = 65535;

/**
 * A grid of at least `workgroups` workgroups, folded into y past the limit of one dimension. The shader finds its
 * flat index with `flat_workgroup` of lib/grid.wgsl and must check it against its bound.
 */
export function flatGrid(workgroups: number): Grid {
  if (workgroups <= MAX_WORKGROUPS) return [workgroups, 1, 1];
  const y = Math.ceil(workgroups / MAX_WORKGROUPS);
  return [Math.ceil(workgroups / y), y, 1];
}

/** The grid for one invocation per element in workgroups of `size`. */
export function elementGrid(elements: number, size = 64): Grid {
  return flatGrid(Math.ceil(elements / size));
}

/** Packs params as the uniform struct's bytes (every field is four bytes wide), rounded up to 16. */
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
