import type { JobsSlice, SliceCreator } from "./state";

/** What the worker does now, as it tells: `connectStore` keeps it. */
export const jobsSlice: SliceCreator<JobsSlice> = () => () => ({ jobs: [] });
