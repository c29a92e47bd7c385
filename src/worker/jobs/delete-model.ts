import { deleteModel } from "../../storage/models";
import type { Session } from "../session";
import type { Job } from "./owner";

/** Deletes a kept model; one in use is taken off the GPU too. */
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
