import { LuthierError } from "../../lib/errors";
import { deleteAdapter, renameAdapter } from "../../storage/adapters";
import type { Orphan } from "../../protocol/commands";
import { deleteOrphan } from "../orphans";
import { saveUnsaved } from "../kept-adapter";
import { discardRun } from "../run-progress";
import type { Session } from "../session";
import type { Job } from "./owner";

/** Renames an adapter. */
export function renameJob(session: Session, id: string, name: string): Job<void> {
  return { kind: "edit-library", run: () => rename(session, id, name.trim()) };
}

/** Deletes an adapter. */
export function deleteAdapterJob(session: Session, id: string): Job<void> {
  return {
    kind: "edit-library",
    async run() {
      await deleteAdapter(id);
      session.dropAdapter(id);
      session.unsaved.release(id);
    },
  };
}

/** Retries saving an adapter that is held in memory. */
export function saveAdapterJob(session: Session, id: string): Job<void> {
  return { kind: "edit-library", run: () => saveUnsaved(session, id) };
}

/** Discards an interrupted run. */
export function discardRunJob(id: string): Job<void> {
  return { kind: "edit-library", run: () => discardRun(id) };
}

/** Deletes an orphaned item of storage. */
export function deleteOrphanJob(orphan: Pick<Orphan, "kind" | "id">): Job<void> {
  return { kind: "edit-library", run: () => deleteOrphan(orphan) };
}

async function rename(session: Session, id: string, name: string): Promise<void> {
  if (name === "") throw new LuthierError({ code: "adapter/no-name" });
  const held = session.heldAdapter(id);
  if (held) session.holdAdapter({ ...held, summary: { ...held.summary, name } });
  if (session.unsaved.rename(id, name) || (await renameAdapter(id, name))) return;
  if (!held) throw new LuthierError({ code: "adapter/not-kept" });
}
