import { clear, del, values } from "idb-keyval";
import type { Rating } from "../shared/ratings";
import { guarded, openStore, putAll } from "./database";

/** Ratings of answers by the question's id. */
const ratings = openStore("luthier-ratings", "ratings");

/** Keeps a rating in place of an earlier one of the same question. Errors: LuthierError("storage"); that one then stays. */
export async function saveRating(rating: Rating): Promise<void> {
  await guarded("rating-keep", () => putAll(ratings, [[rating.id, rating]]));
}

/** All ratings, earliest first. */
export async function listRatings(): Promise<Rating[]> {
  const all = await guarded("ratings-read", () => values<Rating>(ratings));
  return all.sort((a, b) => a.ratedAt - b.ratedAt);
}

/** Forgets the rating of a question; nothing happens when there is none. */
export async function deleteRating(id: string): Promise<void> {
  await guarded("rating-keep", () => del(id, ratings));
}

export async function clearRatings(): Promise<void> {
  await guarded("rating-keep", () => clear(ratings));
}
