// tsconfig.tests.json does not list the declarations, so they are referenced here.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./hyparquet-compressors.d.ts" />
import { decompress } from "fzstd";
import type { Compressors } from "hyparquet";
import { decompressBrotli } from "hyparquet-compressors/src/brotli.js";
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors/src/lz4.js";
import { gunzipWhole } from "./gzip";

/** JavaScript decompressors for Parquet pages; hyparquet itself handles snappy. */
export const compressors: Compressors = {
  GZIP: gunzipWhole,
  BROTLI: decompressBrotli,
  ZSTD: (input) => decompress(input),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};
