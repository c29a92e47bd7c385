import { LuthierError } from "../lib/errors";
import type { SampleDataset } from "../shared/data";
import { readPublicJson } from "./public-files";

/** An entry of public/datasets/index.json. */
interface SampleEntry extends SampleDataset {
  readonly heldout: string;
}

/** The datasets that come with the studio. */
export function samples(): Promise<readonly SampleEntry[]> {
  return readPublicJson("datasets/index.json");
}

/** A dataset that comes with the studio. Errors: there is none of that id. */
export async function findSample(id: string): Promise<SampleEntry> {
  const sample = (await samples()).find((entry) => entry.id === id);
  if (!sample) throw new LuthierError({ code: "data/no-sample", id });
  return sample;
}

/** Samples keep one id as datasets, so that a second import replaces the first. */
export function sampleId(id: string): string {
  return `sample-${id}`;
}
