import { clear, del, values } from "idb-keyval";
import type { Rating } from "../shared/ratings";
import { guarded, openStore, putAll } from "./database";

/** Ratings of answers, keyed by the question's id. */
const ratings = openStore("luthier-ratings", "ratings");

/**
 * Saves a rating, replacing an earlier one of the same question. Errors: LuthierError("storage"), keeping the earlier
 * one.
 */
export async function saveRating(rating: Rating): Promise<void> {
  await guarded("rating-keep", () => putAll(ratings, [[rating.id, rating]]));
}

/** All ratings, earliest first. */
export async function listRatings(): Promise<Rating[]> {
  const all = await guarded("ratings-read", () => values<Rating>(ratings));
  return all.sort((a, b) => a.ratedAt - b.ratedAt);
}

/** Deletes the rating of a question, if present. */
export async function deleteRating(id: string): Promise<void> {
  await guarded("rating-keep", () => del(id, ratings));
}

export async function clearRatings(): Promise<void> {
  await guarded("rating-keep", () => clear(ratings));
}
