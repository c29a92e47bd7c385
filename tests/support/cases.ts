/**
 * Whether to compute all cases: LUTHIER_CASES=all, which CI sets. Otherwise tests that repeat a check over many
 * similar cases compute some of them, so that `npm test` stays short.
 */
export const allCases = process.env.LUTHIER_CASES === "all";

/** Whether this is the suite with the kernels for hardware GPUs, which a software GPU compiles slowly. */
export const onHardwareKernels = process.env.LUTHIER_KERNELS === "gpu";
