import { create, globals } from "webgpu";
import { Gpu } from "../../src/engine/gpu/device";
import type { Place } from "./place";
import { makeSections } from "./suite/sections";

/**
 * Runs the sections in this process, on Dawn. The rivals of `gemm` run here too, with a navigator that provides the
 * GPU.
 */
export function openNode(): Place {
  const gpu = create(["enable-dawn-features=vulkan_enable_f16_on_nvidia"]);
  Object.assign(globalThis, globals);
  // Also keeps Dawn alive: its threads crash the process if the instance is garbage-collected first.
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "Node" }, configurable: true });
  const sections = makeSections(
    () => Gpu.open(gpu),
    () => Promise.reject(new Error("its build does not load in Node")),
  );
  return {
    name: `Dawn in Node ${process.versions.node}`,
    run: (section, scope) => section(sections, scope),
    close: () => Promise.resolve(),
  };
}
