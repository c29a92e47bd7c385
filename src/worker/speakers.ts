import type { Question } from "../protocol/commands";
import type { Speaker } from "./active";
import { holdAdapter, holdMerged } from "./kept-adapter";
import type { Session } from "./session";

/** Who is asked. */
type Asked = Pick<Question, "adapterId" | "merged">;

/** Brings who answers onto the GPU. Errors: there is no such adapter; it does not merge; no memory for it. */
export async function findSpeaker(session: Session, { adapterId, merged }: Asked): Promise<Speaker> {
  const { engine } = session.model;
  if (adapterId === null) return { engine, state: null };
  if (merged) return { engine: await holdMerged(session, adapterId), state: null };
  return { engine, state: (await holdAdapter(session, adapterId)).state };
}
