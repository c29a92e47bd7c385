/** What bounds kernels on a card, from its maker's data. */
export interface Card {
  readonly name: string;
  /** f32 FLOP/s, a multiply-add counting two. */
  readonly flops: number;
  /** Memory bandwidth in bytes per second. */
  readonly bandwidth: number;
  /** Workgroup memory that a unit reads per f32 multiply-add it can issue, in bytes. */
  readonly sharedBytesPerFma: number;
  /** Units that run workgroups: streaming multiprocessors, GPU cores, subslices. */
  readonly units: number;
  /** Seconds from the end of a dispatch to the start of one that depends on it; an estimate. */
  readonly launch: number;
}

/** All three read 128 bytes of workgroup memory per unit and clock, and issue 128 f32 multiply-adds. */
const SHARED_BYTES_PER_FMA = 1;

export const cards: readonly Card[] = [
  {
    name: "RTX 4090",
    flops: 82.6e12,
    bandwidth: 1008e9,
    sharedBytesPerFma: SHARED_BYTES_PER_FMA,
    units: 128,
    launch: 4e-6,
  },
  {
    name: "M2 Pro (19 cores)",
    flops: 6.8e12,
    bandwidth: 200e9,
    sharedBytesPerFma: SHARED_BYTES_PER_FMA,
    units: 19,
    launch: 6e-6,
  },
  {
    name: "Iris Xe (96 EU)",
    flops: 2.15e12,
    bandwidth: 68e9,
    sharedBytesPerFma: SHARED_BYTES_PER_FMA,
    units: 6,
    launch: 8e-6,
  },
];
