const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** Incremental CRC-32 as in gzip (RFC 1952) and zip, with the number of bytes. */
export class Crc32 {
  #rest = 0xffff_ffff;
  sizeBytes = 0;

  update(bytes: Uint8Array): void {
    let rest = this.#rest;
    for (let at = 0; at < bytes.length; at++)
      rest = (rest >>> 8) ^ (TABLE[(rest ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
    this.#rest = rest >>> 0;
    this.sizeBytes += bytes.length;
  }

  /** The checksum of all bytes so far, unsigned. */
  get value(): number {
    return (this.#rest ^ 0xffff_ffff) >>> 0;
  }
}
