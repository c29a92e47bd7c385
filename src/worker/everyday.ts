import * as v from "valibot";
import { objectOf } from "../lib/schema";
import { alpacaRow, type Row } from "../shared/rows";
import { readPublicJson } from "./public-files";

const everydayFile = v.array(objectOf({ instruction: v.string(), output: v.string() }));

/** Everyday questions with short answers, unrelated to any of the sample datasets. */
export async function everydayRows(): Promise<Row[]> {
  const rows = await readPublicJson("datasets/everyday.json", everydayFile);
  return rows.map((row) => alpacaRow({ ...row, input: "" }));
}
