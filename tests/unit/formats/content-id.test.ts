import { describe, expect, it } from "vitest";
import { bytesSource } from "../../../src/formats/byte-source";
import { contentId } from "../../../src/formats/content-id";

const text = (content: string) => new TextEncoder().encode(content);
const config = bytesSource("config.json", text("{}"));
/** Larger than the limit for hashing the whole content. */
const large = (change?: (bytes: Uint8Array) => void) => {
  const bytes = new Uint8Array(1_200_000).fill(7);
  change?.(bytes);
  return bytesSource("model.safetensors", bytes);
};

describe("the identity of a model's content", () => {
  it("does not depend on the folder or the order of the files", async () => {
    const there = bytesSource("my folder/config.json", text("{}"));
    expect(await contentId([large(), there])).toBe(await contentId([config, large()]));
    expect(await contentId([config])).toMatch(/^[0-9a-f]{32}$/);
  });

  it("differs between models of equal names and sizes", async () => {
    const ids = await Promise.all([
      contentId([config, large()]),
      contentId([config, large((bytes) => (bytes[10] = 1))]),
      contentId([config, large((bytes) => (bytes[1_199_999] = 1))]),
      // A different training run of the same architecture: same header, other weights.
      contentId([config, large((bytes) => bytes.fill(3, 400_000, 800_000))]),
      contentId([bytesSource("config.json", text("[]")), large()]),
      contentId([bytesSource("config.jso", text("n{}"))]),
      contentId([bytesSource("config.json", text("{}")), bytesSource("x", text(""))]),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("reads only a small part of a large file", async () => {
    let read = 0;
    const file = {
      name: "model.safetensors",
      sizeBytes: 2 ** 31,
      read: (start: number, end: number) => {
        read += end - start;
        expect(end).toBeLessThanOrEqual(2 ** 31);
        return Promise.resolve(new Uint8Array(end - start));
      },
    };
    await contentId([file]);
    expect(read).toBeLessThan(200_000);
  });
});
