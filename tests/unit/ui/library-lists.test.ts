import { expect, it } from "vitest";
import type { Client } from "../../../src/client/client";
import { RunLog } from "../../../src/ui/lib/run-log";
import { RunSeries } from "../../../src/ui/lib/run-series";
import { createStudioStore } from "../../../src/ui/store/create-store";
import { en } from "../../../src/ui/text/en";

it("ignores a list of adapters that is older than the current one", async () => {
  const answers: ((names: readonly { id: string; name: string }[]) => void)[] = [];
  const call = () => new Promise((resolve) => answers.push(resolve as (typeof answers)[number]));
  const client = { call, on: () => () => undefined } as unknown as Client;
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: en };
  const memory = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  const store = createStudioStore(runtime, () => memory);
  const [early, late] = [store.getState().refreshAdapters(), store.getState().refreshAdapters()];
  answers[1]?.([{ id: "a", name: "Renamed" }]);
  answers[0]?.([{ id: "a", name: "LoRA 1" }]);
  await Promise.all([early, late]);
  expect(store.getState().adapters.map(({ name }) => name)).toEqual(["Renamed"]);
});
