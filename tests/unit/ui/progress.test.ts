import { describe, expect, it } from "vitest";
import { advance, progressFigures } from "../../../src/ui/lib/progress";

const reading = (done: number, total: number | null = 1000) => ({
  done,
  total,
  what: "Reading",
});

describe("progress", () => {
  it("reports speed and time left since the start", () => {
    const begun = advance(null, reading(200), 5000);
    const later = advance(begun, reading(600), 6000);
    expect(progressFigures(later)).toEqual({ share: 0.6, perSecond: 400, remainingMs: 1000 });
  });

  it("reports no speed too early, and no unknown end", () => {
    const begun = advance(null, reading(0, null), 0);
    expect(progressFigures(advance(begun, reading(10, null), 100))).toEqual({
      share: null,
      perSecond: null,
      remainingMs: null,
    });
    expect(progressFigures(advance(begun, reading(10, null), 1000)).perSecond).toBe(10);
  });

  it("restarts with other work, or when the count falls", () => {
    const begun = advance(null, reading(500), 0);
    expect(advance(begun, { ...reading(600), what: "Uploading" }, 900).startedAt).toBe(900);
    expect(advance(begun, reading(100), 900).startedAt).toBe(900);
  });
});
