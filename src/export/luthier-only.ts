/** Python comments for methods without a loader outside Luthier. */
export const luthierOnly = [
  "# This loads only the base model: no Python library reads this adapter. To use it with transformers,",
  "# open the folder in Luthier and export the merged model.",
];
