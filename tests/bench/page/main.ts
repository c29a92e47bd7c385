import { Gpu } from "../../../src/engine/gpu/device";
import { makeSections, type Sections } from "../suite/sections";
import { trainNanogpt } from "../suite/training-nanogpt";

declare global {
  /** The benchmark's interface to the outside of the page. */
  var luthierBench: Sections;
}

globalThis.luthierBench = makeSections(() => Gpu.open(navigator.gpu), trainNanogpt);
