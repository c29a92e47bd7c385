import { problemArea } from "../../lib/problems/problem";
import { toProblem } from "../lib/problem";
import type { RecoverySlice, SliceCreator } from "./state";

/** Automatic recoveries allowed within `WINDOW_MS`, before the user is asked. */
const MAX_LOSSES = 3;
const WINDOW_MS = 10 * 60_000;

/** Delay before each attempt to reopen the GPU: drivers take a while to recover. */
const WAITS_MS = [200, 2000, 6000];

/** Whether a call failed because the GPU, but not the whole worker, was lost. */
export function isDeviceLost(error: unknown): boolean {
  const { problem } = toProblem(error);
  return problemArea(problem) === "device-lost" && problem.code !== "device-lost/worker-stopped";
}

/** Automatic recovery from a lost GPU. */
export const recoverySlice: SliceCreator<RecoverySlice> = () => (set, get) => {
  let losses: number[] = [];
  let underWay: Promise<boolean> | null = null;

  /** Reopens the GPU and reloads the model; false if neither it nor another model chosen by the user was loaded. */
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
    const isTried = losses.length <= MAX_LOSSES && modelId !== null;
    if (isTried) set({ recovery: "under-way" });
    const isBack = isTried && (await openAgain(modelId));
    // A further loss from here on starts a new recovery.
    underWay = null;
    set({
      recovery: isBack ? "done" : "failed",
      ...(!isBack && { fault: { problem: { code: "device-lost/again", times: losses.length } } }),
    });
    // Interrupted work belongs to the model that was lost.
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
