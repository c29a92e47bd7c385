import type { Compressors, DecodedArray, Encoding, PageHeader } from "hyparquet";
import { assembleLists } from "hyparquet/src/assemble.js";
import { convert, convertWithDictionary } from "hyparquet/src/convert.js";
import { decompressPage, readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readPlain } from "hyparquet/src/plain.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import type { readPage } from "hyparquet/src/column.js";
import { FileBreakError } from "../file-break-error";

/* hyparquet trusts the counts in a page, of which a damaged one keeps it busy for minutes. They are checked here first. */

/** Maximum page size: pages are the unit of compression and are held whole. */
export const MAX_PAGE_MB = 256;
/** Run-length encoding would let a few bytes stand for any number of values. */
const MAX_PAGE_VALUES = 2 ** 24;

/** Numbers of a fixed width, whose bytes are stored apart. */
const MAX_SPLIT_BYTES = 64;

export type PageDecoder = Parameters<typeof readPage>[2] & { readonly compressors: Compressors };

interface Reader {
  readonly view: DataView;
  offset: number;
}

/**
 * Decodes a dictionary page.
 * @param packed the page without its header
 * @throws if it is damaged
 */
export function readDictionary(packed: Uint8Array, header: PageHeader, decoder: PageDecoder): DecodedArray {
  const count = header.dictionary_page_header?.num_values ?? -1;
  checkCount(count);
  const page = unpacked(packed, header.uncompressed_page_size, decoder);
  return convert(readPlain(readerOf(page), decoder.type, count, decoder.element.type_length), decoder);
}

/**
 * Decodes a data page, and adds its rows to those of earlier pages. A page without nested values may return rows of its
 * own instead.
 * @throws if it is damaged
 */
export function readRows(
  packed: Uint8Array,
  header: PageHeader,
  decoder: PageDecoder,
  dictionary: DecodedArray | undefined,
  rows: unknown[],
): DecodedArray {
  const isSecond = header.type === "DATA_PAGE_V2";
  const { data, encoding } = isSecond
    ? decodeSecond(packed, header, decoder)
    : decodeFirst(packed, header, decoder);
  const { definitionLevels, repetitionLevels, dataPage } = data;
  checkLevels(definitionLevels, getMaxDefinitionLevel(decoder.schemaPath));
  checkLevels(repetitionLevels, getMaxRepetitionLevel(decoder.schemaPath));
  if (encoding.endsWith("_DICTIONARY")) checkIndices(dataPage, dictionary);
  const values = convertWithDictionary(dataPage, dictionary, encoding, decoder);
  return assembleLists(rows, definitionLevels, repetitionLevels, values, decoder.schemaPath);
}

type Decoded = {
  readonly data: ReturnType<typeof readDataPage>;
  readonly encoding: Encoding;
};

/** Version 1: levels and values are compressed together, and levels begin with their length. */
function decodeFirst(packed: Uint8Array, header: PageHeader, decoder: PageDecoder): Decoded {
  const info = header.data_page_header;
  if (!info) throw new Error("a page has no header");
  const count = info.num_values;
  checkCount(count);
  const page = unpacked(packed, header.uncompressed_page_size, decoder);
  const reader = readerOf(page);
  for (const most of [getMaxRepetitionLevel(decoder.schemaPath), getMaxDefinitionLevel(decoder.schemaPath)])
    if (most > 0) checkRuns(reader, bitWidth(most), count, prefixedEnd(reader));
  checkValues(reader, info.encoding, count, decoder);
  return { data: readDataPage(page, info, decoder), encoding: info.encoding };
}

/** Version 2: levels are not compressed, and the header has their lengths. */
function decodeSecond(packed: Uint8Array, header: PageHeader, decoder: PageDecoder): Decoded {
  const info = header.data_page_header_v2;
  if (!info) throw new Error("a page has no header");
  const { num_values: count, num_nulls: nulls, encoding } = info;
  checkCount(count);
  if (!(nulls >= 0 && nulls <= count)) throw new Error("a page has more nulls than values");
  const [repetitionBytes, definitionBytes] = [
    info.repetition_levels_byte_length,
    info.definition_levels_byte_length,
  ];
  const levelBytes = repetitionBytes + definitionBytes;
  if (!(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= packed.length))
    throw new Error("the levels of a page are longer than the page");
  const levels = readerOf(packed);
  const [mostRepetition, mostDefinition] = [
    getMaxRepetitionLevel(decoder.schemaPath),
    getMaxDefinitionLevel(decoder.schemaPath),
  ];
  if (mostRepetition > 0) checkRuns(levels, bitWidth(mostRepetition), count, repetitionBytes);
  levels.offset = repetitionBytes;
  if (mostDefinition > 0) checkRuns(levels, bitWidth(mostDefinition), count, levelBytes);
  const size = header.uncompressed_page_size - levelBytes;
  const rest = packed.subarray(levelBytes);
  const values = info.is_compressed === false || size === 0 ? rest : unpacked(rest, size, decoder);
  checkValues(readerOf(values), encoding, count - nulls, decoder);
  const page = new Uint8Array(levelBytes + values.length);
  page.set(packed.subarray(0, levelBytes));
  page.set(values, levelBytes);
  const plain = {
    ...header,
    uncompressed_page_size: page.length,
    data_page_header_v2: { ...info, is_compressed: false },
  };
  return { data: readDataPageV2(page, plain, decoder), encoding };
}

/** A page's bytes in a buffer of their own, beyond which no value can reach. */
function unpacked(packed: Uint8Array, sizeBytes: number, { codec, compressors }: PageDecoder): Uint8Array {
  const page = decompressPage(packed, sizeBytes, codec, compressors);
  return page.byteLength === page.buffer.byteLength ? page : page.slice();
}

function readerOf(bytes: Uint8Array): Reader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

/** @throws if a page's sizes are beyond what is held at once */
export function checkSize(header: PageHeader): void {
  const { compressed_page_size: size, uncompressed_page_size: unpackedSize } = header;
  if (!(size >= 0 && unpackedSize >= 0)) throw new Error("a page has a negative size");
  if (Math.max(size, unpackedSize) > MAX_PAGE_MB * 2 ** 20)
    throw new FileBreakError({ kind: "page-too-large", maxMegabytes: MAX_PAGE_MB });
}

function checkCount(count: number): void {
  if (!(count >= 0 && count <= MAX_PAGE_VALUES)) throw new Error(`a page has ${count} values`);
}

/** Minimum bits that hold a level. */
function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}

/** Moves past a length of 4 bytes; returns the end of what follows. */
function prefixedEnd(reader: Reader): number {
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  return reader.offset + length;
}

/**
 * Checks that the runs of the hybrid of run lengths and packed bits hold no more than `most` values, but for the padding
 * of packed ones, and moves the reader to `end`.
 */
function checkRuns(reader: Reader, width: number, most: number, end: number): void {
  if (end > reader.view.byteLength) throw new Error("its runs end beyond their page");
  if (width > 32) throw new Error(`its runs have ${width} bits a value`);
  for (let seen = 0; seen < most && reader.offset < end;) {
    const head = readVarInt(reader) >>> 0;
    const isPacked = (head & 1) === 1;
    const held = (head >>> 1) * (isPacked ? 8 : 1);
    if (held > most - seen + (isPacked ? 7 : 0)) throw new Error(`a run has ${held} values`);
    reader.offset += isPacked ? (head >>> 1) * width : (width + 7) >> 3;
    seen += held;
  }
  reader.offset = end;
}

/**
 * Checks the counts that an encoding has of its own. Plain values end with their page.
 * @param most upper bound on the number of values: nulls have none
 */
function checkValues(reader: Reader, encoding: Encoding, most: number, decoder: PageDecoder): void {
  const { byteLength } = reader.view;
  switch (encoding) {
    case "RLE":
      if (decoder.type === "BOOLEAN") checkRuns(reader, 1, most, prefixedEnd(reader));
      return;
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const width = byteLength > reader.offset ? reader.view.getUint8(reader.offset++) : 0;
      if (width > 0) checkRuns(reader, width, most, byteLength);
      return;
    }
    case "DELTA_BINARY_PACKED":
    case "DELTA_LENGTH_BYTE_ARRAY":
      checkDeltas(reader, most);
      return;
    case "DELTA_BYTE_ARRAY":
      checkPrefixes(reader, most);
      return;
    case "BYTE_STREAM_SPLIT": {
      const width = decoder.type === "FIXED_LEN_BYTE_ARRAY" ? (decoder.element.type_length ?? 0) : 1;
      if (!(width > 0 && width <= MAX_SPLIT_BYTES)) throw new Error(`its values have ${width} bytes`);
      return;
    }
    default:
  }
}

/** The values of a delta encoding's block and of its parts are multiples of these. */
const BLOCK_VALUES = 128;
const PART_VALUES = 32;

/** Checks the header of delta-encoded integers, without moving the reader; returns their number. */
function checkDeltas(reader: Reader, most: number): number {
  const start = reader.offset;
  const [block, parts, count] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)];
  reader.offset = start;
  const isBlock = block > 0 && block <= MAX_PAGE_VALUES && block % BLOCK_VALUES === 0;
  if (!isBlock || !(parts > 0) || (block / parts) % PART_VALUES !== 0)
    throw new Error(`its blocks have ${block} values in ${parts} parts`);
  if (!(count >= 0 && count <= most)) throw new Error(`a page has ${count} values`);
  return count;
}

/** Checks strings that share a prefix with the one before: a few bytes could stand for any length. */
function checkPrefixes(reader: Reader, most: number): void {
  const start = reader.offset;
  const [prefixes, suffixes] = [0, 1].map(() => {
    const lengths = new Int32Array(checkDeltas(reader, most));
    deltaBinaryUnpack(reader, lengths.length, lengths);
    return lengths;
  });
  reader.offset = start;
  let [before, total] = [0, 0];
  prefixes?.forEach((prefix, i) => {
    const suffix = suffixes?.[i] ?? -1;
    if (!(prefix >= 0 && prefix <= before && suffix >= 0)) throw new Error("a text has no such beginning");
    before = prefix + suffix;
    total += before;
    if (total > MAX_PAGE_MB * 2 ** 20)
      throw new FileBreakError({ kind: "page-too-large", maxMegabytes: MAX_PAGE_MB });
  });
}

function checkLevels(levels: readonly number[] | undefined, most: number): void {
  for (const level of levels ?? []) if (level > most) throw new Error(`level ${level} of ${most}`);
}

/** Errors: values that the dictionary lacks, which would be read as missing. */
function checkIndices(indices: DecodedArray, dictionary: DecodedArray | undefined): void {
  const length = dictionary?.length ?? 0;
  for (const index of indices as ArrayLike<number> & Iterable<number>)
    if (!(index >= 0 && index < length)) throw new Error(`value ${index} of a dictionary of ${length}`);
}
