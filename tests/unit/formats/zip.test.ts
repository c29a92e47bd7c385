import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { bytesSource, readText } from "../../../src/formats/byte-source";
import { isZip, type StreamedFile, streamZip, unzipFiles } from "../../../src/formats/zip";
import { zipFiles } from "../../support/zip-files";

/** Output of Python's zipfile to a stream: a stored file, and a deflated one with 64-bit sizes. */
const PYTHON_ZIP =
  "UEsDBBQACAAAAAAAIQAAAAAAAAAAAAAAAAAMAAAAYS9zdG9yZWQudHh0c3RvcmVkUEsHCAv5Q1YGAAAABgAAAFBLAwQtAAgACAAAACEAAAAAAP//////////DAAUAGEvcGFja2VkLnR4dAEAEAAAAAAAAAAAAAAAAAAAAAAAK0hMzk5NUSgYpWhBAQBQSwcIB8gztw4AAAAAAAAAXgEAAAAAAABQSwECFAMUAAgAAAAAACEAC/lDVgYAAAAGAAAADAAAAAAAAAAAAAAAgAEAAAAAYS9zdG9yZWQudHh0UEsBAi0DLQAIAAgAAAAhAAfIM7cOAAAAXgEAAAwAAAAAAAAAAAAAAIABQAAAAGEvcGFja2VkLnR4dFBLBQYAAAAAAgACAHQAAACkAAAAAAA=";

const archive = (files: Record<string, Uint8Array>) => bytesSource("adapter.zip", zipSync(files));

describe("zip", () => {
  it("packs and unpacks files unchanged", async () => {
    const big = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
    const files = new Map([
      ["adapter_config.json", strToU8("{}")],
      ["adapter_model.safetensors", big],
      ["空/README.md", strToU8("说明")],
    ]);
    const source = bytesSource("a.zip", zipFiles(files, new Date(2026, 0, 1)));
    expect(await isZip(source)).toBe(true);
    const unpacked = await unzipFiles(source);
    const read = await Promise.all(
      unpacked.map(async (file) => [file.name, await file.read(0, file.sizeBytes)] as const),
    );
    expect(new Map(read)).toEqual(new Map([...files].map(([name, bytes]) => [name, new Uint8Array(bytes)])));
    expect(zipFiles(files, new Date(2026, 0, 1))).toEqual(zipFiles(files, new Date(2026, 0, 1)));
  });

  it("recognises a zip by its signature", async () => {
    expect(await isZip(bytesSource("a.zip", strToU8("PK")))).toBe(false);
    expect(await isZip(bytesSource("a.zip", strToU8("{ no zip }")))).toBe(false);
  });

  it("skips folders and operating systems' metadata", async () => {
    const files = await unzipFiles(
      archive({
        "adapter/": new Uint8Array(0),
        "adapter/a.json": strToU8("1"),
        "__MACOSX/adapter/._a.json": strToU8("2"),
        "adapter/.DS_Store": strToU8("3"),
      }),
    );
    expect(files.map(({ name }) => name)).toEqual(["adapter/a.json"]);
  });

  it.each(["../evil", "a/../../evil", "/etc/passwd", "C:\\evil", "..\\evil", "a//b", "nul\0l"])(
    "refuses the name %j",
    async (name) => {
      await expect(unzipFiles(archive({ [name]: strToU8("x") }))).rejects.toThrow(/unsafe name/);
    },
  );

  it("refuses the same name twice", async () => {
    const twice = archive({ "a/b": strToU8("1"), "a\\b": strToU8("2") });
    await expect(unzipFiles(twice)).rejects.toThrow(/holds a\/b twice/);
  });

  it("refuses more files or bytes than the limits", async () => {
    const many = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`f${i}`, new Uint8Array(1000)]));
    await expect(unzipFiles(archive(many), { limits: { entries: 3, totalBytes: 1e6 } })).rejects.toThrow(
      /more than 3 files/,
    );
    await expect(unzipFiles(archive(many), { limits: { entries: 9, totalBytes: 3999 } })).rejects.toThrow(
      /more than 4.0 kB/,
    );
    expect(await unzipFiles(archive(many), { limits: { entries: 4, totalBytes: 4000 } })).toHaveLength(4);
  });

  it("never unpacks more than an entry declares", async () => {
    const zip = zipSync({ bomb: new Uint8Array(1_000_000) });
    const view = new DataView(zip.buffer);
    // The uncompressed size is 24 bytes after the signature of the central directory's entry.
    const directory = zip.findLastIndex(
      (_, i) => i + 4 <= zip.length && view.getUint32(i, true) === 0x02014b50,
    );
    view.setUint32(directory + 24, 10, true);
    await expect(unzipFiles(bytesSource("bomb.zip", zip))).rejects.toThrow(/is damaged/);
  });

  it("refuses a zip bomb before unpacking anything, and does not unpack unwanted files", async () => {
    const zip = zipSync({
      "adapter_model.safetensors": new Uint8Array(200_000_000),
      "a.json": strToU8("{}"),
    });
    const source = bytesSource("bomb.zip", zip);
    await expect(unzipFiles(source)).rejects.toThrow(/unpacks to more than/);
    const files = await unzipFiles(source, { isWanted: (name) => name === "a.json" });
    expect(files.map(({ name }) => name)).toEqual(["a.json"]);
  });

  it("reads archives that Python streams, with sizes after the data", async () => {
    const written = Uint8Array.from(Buffer.from(PYTHON_ZIP, "base64"));
    const files = await unzipFiles(bytesSource("python.zip", written));
    const texts = await Promise.all(files.map(async (file) => [file.name, await readText(file)]));
    expect(texts).toEqual([
      ["a/stored.txt", "stored"],
      ["a/packed.txt", "packed ".repeat(50)],
    ]);
  });

  it("packs files from streams", async () => {
    const file = (path: string, pieces: Uint8Array<ArrayBuffer>[], sizeBytes = 7): StreamedFile => ({
      path,
      sizeBytes,
      async *chunks() {
        yield* pieces;
      },
    });
    const written: Uint8Array<ArrayBuffer>[] = [];
    await streamZip(
      [file("a.bin", [Uint8Array.of(1, 2), Uint8Array.of(3)]), file("空.txt", [strToU8("说明").slice()])],
      (bytes) => written.push(bytes),
    );
    const source = bytesSource("a.zip", new Uint8Array(await new Blob(written).arrayBuffer()));
    const files = await unzipFiles(source);
    const read = await Promise.all(
      files.map(async ({ name, read, sizeBytes }) => [name, [...(await read(0, sizeBytes))]]),
    );
    expect(read).toEqual([
      ["a.bin", [1, 2, 3]],
      ["空.txt", [...strToU8("说明")]],
    ]);
    await expect(streamZip([file("huge.bin", [], 2 ** 32)], () => undefined)).rejects.toThrow(
      /more than one zip/,
    );
  });

  it.each([0, 6] as const)("refuses files with a wrong checksum (level %i)", async (level) => {
    const data = Uint8Array.from({ length: 5000 }, (_, at) => (at * at) % 251);
    const zip = zipSync({ a: data }, { level });
    for (let at = 60; at < zip.length - 100; at += 97) {
      const damaged = zip.slice();
      damaged[at]! ^= 1;
      await expect(unzipFiles(bytesSource("a.zip", damaged)), `byte ${at}`).rejects.toThrow(
        /a.zip is damaged/,
      );
    }
  });

  it("refuses damaged archives", async () => {
    const zip = zipSync({ a: strToU8("hello hello hello hello") });
    for (const bytes of [zip.slice(0, zip.length - 10), strToU8("PK\x03\x04 nothing"), new Uint8Array(0)]) {
      await expect(unzipFiles(bytesSource("a.zip", bytes))).rejects.toThrow(/a.zip is damaged/);
    }
  });
});
