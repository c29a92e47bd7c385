import { mergedGpuBytes } from "../../engine/adapters/merged-model";
import { answerJob } from "../jobs/answer";
import type { JobOwner } from "../jobs/owner";
import { readAdapter } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names = "generate" | "mergedBytes" | "keepMerged";

/** Commands that generate answers with the base model, with an adapter, or with a merged adapter. */
export function generationHandlers(owner: JobOwner, session: Session): Pick<Handlers, Names> {
  return {
    generate: (args, call) => owner.run(answerJob(session, args), call),
    async mergedBytes({ id }) {
      const { adapter, values } = await readAdapter(session, id);
      return mergedGpuBytes(session.model.engine, adapter, values);
    },
    keepMerged: ({ ids }) => session.keepMerged(ids),
  };
}
