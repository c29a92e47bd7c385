import { Gpu } from "../../../src/engine/gpu/device";
import { makeSections, type Sections } from "../suite/sections";
import { trainNanogpt } from "../suite/training-nanogpt";

declare global {
  /** What the benchmark calls from outside the page. */
  var luthierBench: Sections;
}

globalThis.luthierBench = makeSections(() => Gpu.open(navigator.gpu), trainNanogpt);
