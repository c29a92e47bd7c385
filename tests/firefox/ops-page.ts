import { Gpu } from "../../src/engine/gpu/device";
import { QueuePoller } from "../../src/engine/gpu/queue-poller";
import { measureBarrier } from "../../src/engine/gpu/software-gpu";
import { asHardware } from "../support/as-hardware";
import { opCases } from "../support/op-cases";
import "../support/worded";

/** The test's interface to the page of op cases; runs in the browser. */
export interface OpsPage {
  /** Opens the GPU, with the kernel variants for hardware GPUs or its own. */
  open(variants: "own" | "gpu"): Promise<string>;
  /** Runs the named cases; returns the errors of those that fail, by name. */
  run(names: readonly string[]): Promise<Record<string, string>>;
  /** Microseconds per barrier on the GPU. */
  barrier(): Promise<number>;
}

let gpu: Gpu | null = null;

function opened(): Gpu {
  if (!gpu) throw new Error("no GPU is open");
  return gpu;
}

const page: OpsPage = {
  async open(variants) {
    gpu?.close();
    gpu = await Gpu.open(variants === "gpu" ? asHardware(navigator.gpu) : navigator.gpu);
    return JSON.stringify(gpu.info);
  },
  async run(names) {
    const complaints: Record<string, string> = {};
    for (const { name, check } of opCases.filter((known) => names.includes(known.name))) {
      await check(opened()).catch((error: unknown) => {
        complaints[name] = error instanceof Error ? error.message : String(error);
      });
    }
    return complaints;
  },
  barrier: () => measureBarrier(opened().device, new QueuePoller(opened().device.queue)),
};

Object.assign(globalThis, { luthierOps: page });
