/// <reference lib="webworker" />
import { onNewerVersion } from "../storage/database";
import { EncodedRows } from "./encoded-rows";
import { adapterHandlers } from "./handlers/adapters";
import { datasetHandlers } from "./handlers/datasets";
import { environmentHandlers } from "./handlers/environment";
import { generationHandlers } from "./handlers/generation";
import { hubHandlers } from "./handlers/hub";
import { modelHandlers } from "./handlers/models";
import { runHandlers } from "./handlers/runs";
import { trainingHandlers } from "./handlers/training";
import { JobOwner } from "./jobs/owner";
import { emitterFor, serve } from "./serve";
import { Session } from "./session";

const emit = emitterFor(self);
const owner = new JobOwner(emit);
const session = new Session(emit, {
  onLost: () => owner.cancel("train", "measure", "evaluate", "answer-files"),
});
const encoded = new EncodedRows(() => session.model);

onNewerVersion(() => {
  emit("outdated", null);
  return session.keepRequests.ask();
});

serve(self, {
  ...environmentHandlers(session),
  ...datasetHandlers(owner, session, encoded),
  ...modelHandlers(owner, session),
  ...hubHandlers(owner),
  ...trainingHandlers(owner, session, encoded),
  ...generationHandlers(owner, session, encoded),
  ...adapterHandlers(owner, session, encoded),
  ...runHandlers(),
});
