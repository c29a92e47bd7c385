/** Metadata files of operating systems and tools. */
const NO_DATA = /(^|\/)(__MACOSX\/.*|\..*|Thumbs\.db|desktop\.ini|dataset_infos?\.json)$/;
const TABLES = /\.(json|jsonl|ndjson|csv|tsv|parquet)(\.gz)?$/i;

/** Files of an archive or a folder that may contain rows. Next to tables or JSON, text files are documentation. */
export function dataFiles<T>(files: readonly T[], nameOf: (file: T) => string): readonly T[] {
  const own = files.filter((file) => !NO_DATA.test(nameOf(file)));
  const data = own.filter((file) => TABLES.test(nameOf(file)));
  return data.length > 0 ? data : own;
}
