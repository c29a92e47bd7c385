import { problemArea } from "../../lib/problems/problem";
import { toProblem } from "../lib/problem";
import type { RecoverySlice, SliceCreator } from "./state";

/** The GPU is opened again by itself this often within `WINDOW_MS`; then the person is asked. */
const LOSSES = 3;
const WINDOW_MS = 10 * 60_000;

/** Milliseconds before each try to open the GPU again: drivers take a while to come back. */
const WAITS_MS = [200, 2000, 6000];

/** Whether a call failed because the GPU was lost, and not the whole worker with it. */
export function isDeviceLost(error: unknown): boolean {
  const { problem } = toProblem(error);
  return problemArea(problem) === "device-lost" && problem.code !== "device-lost/worker-stopped";
}

/** What the page does by itself when the GPU is lost. */
export const recoverySlice: SliceCreator<RecoverySlice> = () => (set, get) => {
  let losses: number[] = [];
  let underWay: Promise<boolean> | null = null;

  /** Opens the GPU and loads the model; false when neither that nor another model of the person's came of it. */
  async function openAgain(modelId: string): Promise<boolean> {
    for (const wait of WAITS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      await get().refreshEnvironment();
      if (!get().environment?.gpu) continue;
      await get().reloadModel(modelId);
      if (get().model) return true;
    }
    return false;
  }

  async function recover(): Promise<boolean> {
    const now = Date.now();
    losses = [...losses.filter((time) => now - time < WINDOW_MS), now];
    const { modelId } = get();
    const isTried = losses.length <= LOSSES && modelId !== null;
    if (isTried) set({ recovery: "under-way" });
    const isBack = isTried && (await openAgain(modelId));
    // From here on a further loss is one of its own.
    underWay = null;
    set({
      recovery: isBack ? "done" : "failed",
      ...(!isBack && { fault: { problem: { code: "device-lost/again", times: losses.length } } }),
    });
    // What was under way belongs to the model that was lost.
    return isBack && get().model?.id === modelId;
  }

  return {
    recovery: null,
    recover: () => (underWay ??= recover()),
    dismissRecovery: () => {
      set({ recovery: null });
    },
  };
};
