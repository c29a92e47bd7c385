import type { JobsSlice, SliceCreator } from "./state";

/** The worker's running jobs, updated by `connectStore`. */
export const jobsSlice: SliceCreator<JobsSlice> = () => () => ({ jobs: [] });
