import { LuthierError } from "../../lib/errors";
import { deleteAdapter, renameAdapter } from "../../storage/adapters";
import { forgetRun } from "../run-progress";
import type { Session } from "../session";
import type { Job } from "./owner";

/** Gives an adapter of the library another name. */
export function renameJob(session: Session, id: string, name: string): Job<void> {
  return { kind: "edit-library", run: () => rename(session, id, name.trim()) };
}

/** Deletes an adapter of the library. */
export function deleteAdapterJob(session: Session, id: string): Job<void> {
  return {
    kind: "edit-library",
    async run() {
      session.dropAdapter(id);
      await deleteAdapter(id);
    },
  };
}

/** Gives up the run that was interrupted. */
export function discardRunJob(session: Session): Job<void> {
  return { kind: "edit-library", run: () => forgetRun(session) };
}

async function rename(session: Session, id: string, name: string): Promise<void> {
  if (name === "") throw new LuthierError({ code: "adapter/no-name" });
  const held = session.heldAdapter(id);
  if (held) session.holdAdapter({ ...held, summary: { ...held.summary, name } });
  if (await renameAdapter(id, name)) return;
  if (!held) throw new LuthierError({ code: "adapter/not-kept" });
}
