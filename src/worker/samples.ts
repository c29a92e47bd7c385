import * as v from "valibot";
import { LuthierError } from "../lib/errors";
import { objectOf } from "../lib/schema";
import { SAMPLE_IDS, type SampleDataset } from "../shared/data";
import { alpacaRow, questionOf, type Row } from "../shared/rows";
import { readPublicJson } from "./public-files";

/** Schema of public/datasets/index.json. */
const sampleIndex = v.array(
  objectOf({
    id: v.picklist(SAMPLE_IDS),
    file: v.string(),
    heldout: v.string(),
    suggestions: v.array(v.string()),
  }),
);

type SampleEntry = SampleDataset & v.InferOutput<typeof sampleIndex>[number];

/** Schema of a sample's held-out file, which also holds checks for the built-in model's tests. */
const heldOutFile = v.array(
  v.pipe(
    objectOf({
      instruction: v.string(),
      input: v.optional(v.string(), ""),
      output: v.optional(v.string(), ""),
    }),
    v.transform((row): Row => alpacaRow(row)),
  ),
);

/** The sample datasets shipped with the studio. */
export function samples(): Promise<readonly SampleEntry[]> {
  return readPublicJson("datasets/index.json", sampleIndex);
}

/** Finds a sample dataset. Throws if there is none with that id. */
export async function findSample(id: string): Promise<SampleEntry> {
  const sample = (await samples()).find((entry) => entry.id === id);
  if (!sample) throw new LuthierError({ code: "data/no-sample", id });
  return sample;
}

/** The fixed dataset id of a sample: importing it again replaces the first import. */
export function sampleId(id: string): string {
  return `sample-${id}`;
}

/** The held-out rows of a sample dataset, suggested prompts first. */
export async function heldOutOfSample({ heldout, suggestions }: SampleEntry): Promise<Row[]> {
  const rows = await readPublicJson(`datasets/${heldout}`, heldOutFile);
  const own = suggestions.flatMap((asked) => rows.find((row) => questionOf(row)?.text === asked) ?? []);
  return [...new Set([...own, ...rows])];
}
