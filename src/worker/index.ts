/// <reference lib="webworker" />
import { EncodedRows } from "./encoded-rows";
import { adapterHandlers } from "./handlers/adapters";
import { datasetHandlers } from "./handlers/datasets";
import { environmentHandlers } from "./handlers/environment";
import { generationHandlers } from "./handlers/generation";
import { hubHandlers } from "./handlers/hub";
import { modelHandlers } from "./handlers/models";
import { trainingHandlers } from "./handlers/training";
import { emitterFor, serve } from "./serve";
import { Session } from "./session";

const session = new Session(emitterFor(self));
const encoded = new EncodedRows(session);

serve(self, {
  ...environmentHandlers(session),
  ...datasetHandlers(session, encoded),
  ...modelHandlers(session),
  ...hubHandlers(session),
  ...trainingHandlers(session, encoded),
  ...generationHandlers(session),
  ...adapterHandlers(session),
});
