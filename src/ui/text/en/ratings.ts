import { format } from "./format";
import { plural } from "./words";

/* Texts of ratings in the comparison, and of conversations that are kept as rows. */

/** A, B, C … */
const letter = (place: number): string => String.fromCharCode(65 + place);

export const ratings = {
  title: "Ratings",
  good: (name: string) => `Good answer: ${name.toLowerCase()}`,
  bad: (name: string) => `Bad answer: ${name.toLowerCase()}`,
  keep: (name: string) => `Keep as a row: ${name.toLowerCase()}`,
  answer: "Answer to keep",
  where: "Keep it in",
  newDataset: "A new dataset",
  newName: "Chats",
  datasetName: "Dataset name",
  keepRow: "Keep the row",
  cancel: "Cancel",
  close: "Close",
  kept: (dataset: string) => `Added to “${dataset}” as its last row.`,
  keptNew: (dataset: string) => `Kept in the new dataset “${dataset}”, which is now in use.`,
  blind: "Compare blind",
  anonymous: (place: number) => `Answer ${letter(place)}`,
  best: (place: number, of: number) => `${letter(place)} is ${of > 2 ? "the best" : "better"}`,
  tie: "No difference",
  tally: (choices: number) => `${plural(choices, "blind choice", "blind choices")}:`,
  wins: (name: string, count: number) => `${name} ${format.integer(count)}`,
  ties: (count: number) => `no difference ${format.integer(count)}`,
  rows: (pairs: number, labels: number) =>
    `Your ratings make ${format.list([
      ...(pairs > 0 ? [plural(pairs, "pair of answers", "pairs of answers")] : []),
      ...(labels > 0 ? [plural(labels, "labelled answer", "labelled answers")] : []),
    ])}.`,
  makeDataset: "Make a dataset of them",
  save: "Save ratings as JSONL",
  ratingsName: "Ratings",
  fileBase: "luthier-ratings",
  forget: "Forget all ratings",
  forgetQuestion: (count: number) =>
    `Forget ${plural(count, "rating", "ratings")}? Datasets made of them stay.`,
  forgetYes: "Forget them",
};
