/** The parts of `@huggingface/hub` that are used; the rest stays out of the build. */
export {
  commitIter,
  createBranch,
  createRepo,
  deleteBranch,
  deleteRepo,
  HubApiError,
} from "@huggingface/hub";
