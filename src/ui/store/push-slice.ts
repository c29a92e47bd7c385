import { isCancelled } from "../../lib/errors";
import { toProblem } from "../lib/problem";
import { isExcluded, JobCalls } from "./jobs";
import { selectTemplate } from "./selectors";
import type { PushSlice, SliceCreator } from "./state";

/** Publishing on a hub. Endpoint and token are those of the hub's form. */
export const pushSlice: SliceCreator<PushSlice> =
  ({ client }) =>
  (set, get) => {
    const calls = new JobCalls(set);
    return {
      lastPush: null,
      pushProblem: null,

      async pushToHub(id, wishes) {
        if (isExcluded(get(), "push")) return;
        set({ lastPush: null, pushProblem: null });
        const { hubEndpoint: endpoint, hubToken: token, hubRemember: rememberToken } = get();
        const args = { ...wishes, id, endpoint, token, rememberToken, template: selectTemplate(get()) };
        try {
          const pushed = await calls.run({ kind: "push" }, (signal) =>
            client.withSignal(signal).call("pushToHub", args),
          );
          set({ lastPush: pushed });
          await get().refreshTokenKept();
        } catch (error) {
          set({ pushProblem: isCancelled(error) ? null : toProblem(error) });
        }
      },

      cancelPush: () => {
        calls.cancel();
      },

      dismissPushProblem: () => {
        set({ pushProblem: null });
      },
    };
  };
