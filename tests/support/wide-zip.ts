import { crc32 } from "node:zlib";

/** A zip with one stored file and 64-bit sizes and offsets (zip64) throughout. */
export function wideZip(name: string, text: string): Uint8Array<ArrayBuffer> {
  const [path, content] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
  const wide = 0xffff_ffff;
  const checksum = crc32(content);
  const header = [
    ...u32(0x04034b50),
    ...u16(45),
    ...fields(checksum),
    ...sizes(content.length),
    ...u16(path.length),
  ];
  const file = [...header, ...u16(0), ...path, ...content];
  const extra = [...u16(1), ...u16(24), ...u64(content.length), ...u64(content.length), ...u64(0)];
  const entry = [
    ...[...u32(0x02014b50), ...u16(45), ...u16(45), ...fields(checksum), ...sizes(wide), ...u16(path.length)],
    ...[...u16(extra.length), ...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(wide), ...path, ...extra],
  ];
  const [start, end] = [file.length, file.length + entry.length];
  const wideEnd = [
    ...[...u32(0x06064b50), ...u64(44), ...u16(45), ...u16(45), ...u32(0), ...u32(0)],
    ...[...u64(1), ...u64(1), ...u64(entry.length), ...u64(start)],
  ];
  const locator = [...u32(0x07064b50), ...u32(0), ...u64(end), ...u32(1)];
  const last = [
    ...u32(0x06054b50),
    ...u32(0),
    ...u16(0xffff),
    ...u16(0xffff),
    ...u32(wide),
    ...u32(wide),
    ...u16(0),
  ];
  return Uint8Array.from([...file, ...entry, ...wideEnd, ...locator, ...last]);
}

/** Flags, method (stored), time, date and checksum. */
function fields(checksum: number): number[] {
  return [...u16(0), ...u16(0), ...u16(0), ...u16(0x21), ...u32(checksum)];
}

/** Packed and unpacked. */
function sizes(bytes: number): number[] {
  return [...u32(bytes), ...u32(bytes)];
}

function u16(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function u64(value: number): number[] {
  return [...u32(value), ...u32(0)];
}
