import { deleteModel } from "../../storage/models";
import type { Session } from "../session";
import type { Job } from "./owner";

/** Deletes a stored model; if it is loaded, frees it on the GPU too. */
export function deleteModelJob(
  session: Pick<Session, "hasModel" | "model" | "setModel">,
  id: string,
): Job<void> {
  return {
    kind: "delete-model",
    async run() {
      if (session.hasModel && session.model.summary.id === id) session.setModel(null);
      await deleteModel(id);
    },
  };
}
