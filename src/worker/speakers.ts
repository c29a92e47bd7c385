import type { Question } from "../protocol/commands";
import type { Speaker } from "./active";
import { holdAdapter, holdMerged } from "./kept-adapter";
import type { Session } from "./session";

/** The base model, or an adapter, merged or not. */
type Asked = Pick<Question, "adapterId" | "merged">;

/** Loads a speaker onto the GPU. Errors: no such adapter; it does not merge; out of memory. */
export async function findSpeaker(session: Session, { adapterId, merged }: Asked): Promise<Speaker> {
  const { engine } = session.model;
  if (adapterId === null) return { engine, state: null };
  if (merged) return { engine: await holdMerged(session, adapterId), state: null };
  return { engine, state: (await holdAdapter(session, adapterId)).state };
}
