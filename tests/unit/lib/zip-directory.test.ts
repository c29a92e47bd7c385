import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { packedStart, readZipDirectory } from "../../../src/lib/zip-directory";
import { bytesSource } from "../../../src/formats/byte-source";
import { wideZip } from "../../support/wide-zip";

const END_BYTES = 22;

test("reads 64-bit sizes and offsets", async () => {
  const source = bytesSource("a.zip", wideZip("a/b.txt", "hello"));
  const [entry, ...others] = await readZipDirectory(source);
  expect(others).toEqual([]);
  expect(entry).toEqual({
    ...{ name: "a/b.txt", method: 0, isEncrypted: false },
    ...{ packedBytes: 5, sizeBytes: 5, crc32: 0x3610a686, headerStart: 0 },
  });
  const start = await packedStart(source, entry!);
  expect(new TextDecoder().decode(await source.read(start, start + 5))).toBe("hello");
});

test.each([
  ["more", 3],
  ["fewer", 1],
])("reports a directory with %s files than it declares as damaged", async (_, count) => {
  const zip = zipSync({ a: strToU8("one"), b: strToU8("two") });
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  expect(await readZipDirectory(bytesSource("a.zip", zip))).toHaveLength(2);
  view.setUint16(zip.length - END_BYTES + 10, count, true);
  await expect(readZipDirectory(bytesSource("a.zip", zip))).rejects.toMatchObject({
    damage: "directory-cut",
  });
});

test.each([wideZip("a.txt", "hello"), zipSync({ a: strToU8("hello") })])(
  "reads a truncated archive as damaged or whole, never out of bounds",
  async (zip) => {
    for (let length = 0; length < zip.length; length++) {
      const source = bytesSource("a.zip", zip.slice(0, length));
      await expect(readZipDirectory(source)).rejects.toHaveProperty("damage");
    }
  },
);
