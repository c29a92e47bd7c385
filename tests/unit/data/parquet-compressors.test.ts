import { describe, expect, it } from "vitest";
import { compressors } from "../../../src/data/read/containers/parquet-compressors";

const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/** A Zstandard frame of blocks that repeat a byte 131,072 times, with a window of 2 to the power of 10 + `exponent`. */
function zstdRuns(blocks: number, exponent = 10): Uint8Array {
  const block = (isLast: boolean): number[] => {
    const head = (131_072 << 3) | (1 << 1) | (isLast ? 1 : 0);
    return [head & 255, (head >> 8) & 255, head >> 16, 97];
  };
  const body = Array.from({ length: blocks }, (_, index) => block(index === blocks - 1));
  return Uint8Array.from([...ZSTD, 0, exponent << 3, ...body.flat()]);
}

/** An LZ4 block of one letter, and a match of about 255 bytes for each of `bytes`. */
const lz4Run = (bytes: number): Uint8Array =>
  Uint8Array.from([0x1f, 97, 1, 0, ...new Array<number>(bytes).fill(255), 0]);

describe("a page that unpacks to more than its header says", () => {
  it.each([
    ["ZSTD", zstdRuns(100_000)],
    ["LZ4_RAW", lz4Run(1_000_000)],
    ["LZ4", lz4Run(1_000_000)],
  ] as const)("is refused before it is unpacked: %s", (codec, packed) => {
    const start = performance.now();
    expect(() => compressors[codec]?.(packed, 1000)).toThrow(/1000 bytes/);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("is refused for a window of 2 GiB", () => {
    expect(() => compressors.ZSTD?.(zstdRuns(1, 21), 1000)).toThrow(/1000 bytes/);
  });
});

it("unpacks what fits", () => {
  expect(compressors.ZSTD?.(zstdRuns(3), 3 * 131_072)).toEqual(new Uint8Array(3 * 131_072).fill(97));
  expect(compressors.LZ4_RAW?.(lz4Run(2), 1 + 15 + 510 + 4)).toEqual(new Uint8Array(530).fill(97));
});
