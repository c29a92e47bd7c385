import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

  it("are saved, replaced and deleted", async () => {
    expect(await settings.loadSetting("session", schema)).toBeNull();
    await settings.saveSetting("session", { seed: 1 });
    await settings.saveSetting("session", { seed: 2 });
    expect(await settings.loadSetting("session", schema)).toEqual({ seed: 2 });
    await settings.deleteSetting("session");
    expect(await settings.loadSetting("session", schema)).toBeNull();
  });

  it.each(["seed=3", null, {}, { seed: "3" }, { seed: null }])(
    "of another form are ignored: %o",
    async (value) => {
      await settings.saveSetting("session", value);
      expect(await settings.loadSetting("session", schema)).toBeNull();
    },
  );

  it("report a failed save, and stay unchanged", async () => {
    await settings.saveSetting("session", { seed: 1 });
    const restore = fullDisk();
    await expect(settings.saveSetting("session", { seed: 2 })).rejects.toMatchObject({ code: "storage" });
    restore();
    expect(await settings.loadSetting("session", schema)).toEqual({ seed: 1 });
  });
});
