import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Adapters from "../../../src/storage/adapters";
import type * as Settings from "../../../src/storage/settings";
import { fresh, fullDisk } from "./fresh";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("settings", () => {
  let settings: typeof Settings;
  beforeEach(async () => {
    settings = await fresh(() => import("../../../src/storage/settings"));
  });
  const schema = v.object({ seed: v.number() });

  it("are kept, replaced and forgotten", async () => {
    expect(await settings.loadSetting("session", schema)).toBeNull();
    await settings.saveSetting("session", { seed: 1 });
    await settings.saveSetting("session", { seed: 2 });
    expect(await settings.loadSetting("session", schema)).toEqual({ seed: 2 });
    await settings.deleteSetting("session");
    expect(await settings.loadSetting("session", schema)).toBeNull();
  });

  it.each(["seed=3", null, {}, { seed: "3" }, { seed: null }])(
    "of another form are none: %o",
    async (value) => {
      await settings.saveSetting("session", value);
      expect(await settings.loadSetting("session", schema)).toBeNull();
    },
  );

  it("say so when they cannot be saved, and stay as they were", async () => {
    await settings.saveSetting("session", { seed: 1 });
    const restore = fullDisk();
    await expect(settings.saveSetting("session", { seed: 2 })).rejects.toMatchObject({ code: "storage" });
    restore();
    expect(await settings.loadSetting("session", schema)).toEqual({ seed: 1 });
  });
});

describe("adapters", () => {
  let adapters: typeof Adapters;
  beforeEach(async () => {
    adapters = await fresh(() => import("../../../src/storage/adapters"));
  });
  const adapter = (id: string, savedAt: number): Adapters.StoredAdapter => ({
    id,
    modelId: "spruce",
    name: `adapter ${id}`,
    origin: "imported",
    method: { id: "lora", options: { r: 8 } },
    savedAt,
    trainableParameters: 12,
    sizeBytes: 178,
    format: "peft",
    merges: true,
    steps: 0,
    finalLoss: null,
    validationLoss: null,
    run: null,
    values: Uint8Array.of(1, 2, 3),
  });

  it("are kept whole and listed by their model, without their weights", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    await adapters.saveAdapter(adapter("b", 2));
    await adapters.saveAdapter({ ...adapter("c", 3), id: "d", modelId: "maple" });
    const listed = await adapters.listAdapters("spruce");
    expect(listed.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(listed[0]).not.toHaveProperty("values");
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
    expect(await adapters.loadAdapter("c")).toBeNull();
  });

  it("are replaced and deleted", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    await adapters.saveAdapter(adapter("b", 1));
    await adapters.saveAdapter({ ...adapter("a", 5), values: Uint8Array.of(9) });
    expect(await adapters.loadAdapter("a")).toMatchObject({ savedAt: 5, values: Uint8Array.of(9) });
    await adapters.deleteAdapter("a");
    await adapters.deleteAdapter("never there");
    expect((await adapters.listAdapters("spruce")).map(({ id }) => id)).toEqual(["b"]);
    expect(await adapters.loadAdapter("a")).toBeNull();
  });

  it("keep the optimizer's state apart, and lose it when the adapter is kept anew without", async () => {
    await adapters.saveAdapter({ ...adapter("a", 1), optimizer: Uint8Array.of(7) });
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
    expect(await adapters.loadOptimizer("a")).toEqual(Uint8Array.of(7));
    await adapters.saveAdapter(adapter("a", 2));
    expect(await adapters.loadOptimizer("a")).toBeNull();
    await adapters.saveAdapter({ ...adapter("a", 3), optimizer: Uint8Array.of(8) });
    await adapters.deleteAdapter("a");
    expect(await adapters.loadOptimizer("a")).toBeNull();
  });

  it("take another name and keep the rest", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    expect(await adapters.renameAdapter("a", "Pirate")).toBe(true);
    expect(await adapters.loadAdapter("a")).toEqual({ ...adapter("a", 1), name: "Pirate" });
    expect(await adapters.renameAdapter("never there", "Pirate")).toBe(false);
    expect(await adapters.listAdapters("spruce")).toHaveLength(1);
  });

  it("stay as they were when a newer one does not fit", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    const restore = fullDisk((value) => typeof value === "object" && value !== null && "values" in value);
    await expect(adapters.saveAdapter(adapter("a", 9))).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("keep the adapter"),
    });
    restore();
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
  });
});
