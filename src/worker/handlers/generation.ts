import { mergedGpuBytes } from "../../engine/adapters/merged-model";
import { answerJob } from "../jobs/answer";
import type { JobOwner } from "../jobs/owner";
import { readAdapter } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names = "generate" | "mergedBytes" | "keepMerged";

/** Answers of the base model, alone, with one of its adapters, or with one merged into its weights. */
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
