/** WebGPU buffer usage flags; Node lacks the globals. */
export const BufferUsage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
  QUERY_RESOLVE: 0x0200,
} as const;

/** WebGPU's map mode for reading. */
export const MAP_MODE_READ = 1;

/** Usage of a storage buffer that the host can write and read back. */
export const STORAGE = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;
