import type { StreamedFile } from "../formats/zip";
import { CURVES_FILE, curvePicture } from "./curve-picture";
import type { ExportSource } from "./entry";
import { type CardFacts, modelCard } from "./model-card";
import { textFile, wholeFile } from "./streamed-file";

/** The model card, README.md, with the picture of the run's curves. */
export async function cardFiles(source: ExportSource, format: CardFacts["format"]): Promise<StreamedFile[]> {
  const record = await source.record();
  const picture = record?.history ? await curvePicture(record.history) : null;
  const card = modelCard({ ...source, format, record, hasPicture: picture !== null });
  return [textFile("README.md", card), ...(picture ? [wholeFile(CURVES_FILE, picture)] : [])];
}
