import { accumulateCases } from "./accumulate";
import { attentionCases } from "./attention";
import type { RegisteredCase } from "./case";
import { doraCases } from "./dora";
import { drawCases } from "./draw-token";
import { dropoutCases } from "./dropout";
import { elementwiseCases } from "./elementwise";
import { embedCases } from "./embed";
import { gateCases } from "./gates";
import { fastfoodCases } from "./fastfood";
import { hardConcreteCases } from "./hard-concrete";
import { lossCases } from "./loss";
import { lstmCases } from "./lstm";
import { matmulCases } from "./matmul";
import { normCases } from "./norm";
import { optimCases } from "./optim";
import { preferenceCases } from "./preference";
import { rowCases } from "./rows";

/** All op cases; each list has its own test file under tests/gpu/ops. */
export const opCases: readonly RegisteredCase[] = [
  ...accumulateCases,
  ...attentionCases,
  ...doraCases,
  ...drawCases,
  ...dropoutCases,
  ...elementwiseCases,
  ...embedCases,
  ...fastfoodCases,
  ...hardConcreteCases,
  ...lossCases,
  ...gateCases,
  ...lstmCases,
  ...matmulCases,
  ...normCases,
  ...optimCases,
  ...preferenceCases,
  ...rowCases,
];
