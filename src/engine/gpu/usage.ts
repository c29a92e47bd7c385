/** WebGPU's buffer usage flags under their own names; Node has no such globals, so they are spelled out here. */
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

/** A storage buffer that can be written from and read back to the host. */
export const STORAGE = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;
