import fc from "fast-check";
import { expect, test } from "vitest";
import { assignSlots, type Lifetime, peakLiveBytes } from "../../../src/engine/graph/slots";
import { sum } from "../../../src/lib/numbers";

const lifetimes = fc
  .array(fc.record({ sizeBytes: fc.integer({ min: 1, max: 64 }), from: fc.nat(40), length: fc.nat(12) }), {
    maxLength: 60,
  })
  .map((list): Lifetime[] =>
    list.map(({ sizeBytes, from, length }, id) => ({
      id,
      sizeBytes: 4 * sizeBytes,
      from,
      to: from + length,
    })),
  );

test("values in one slot never overlap in lifetime, and fit it", () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      const { slots, slotBytes } = assignSlots(list);
      for (const each of list) {
        const slot = slots.get(each.id)!;
        expect(slotBytes[slot]).toBeGreaterThanOrEqual(each.sizeBytes);
        for (const other of list) {
          if (other === each || slots.get(other.id) !== slot) continue;
          expect(other.to < each.from || each.to < other.from).toBe(true);
        }
      }
      expect(sum(slotBytes)).toBeGreaterThanOrEqual(peakLiveBytes(list));
    }),
  );
});

test("the peak is the largest sum of live values, both ends included", () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      const alive = (at: number): number =>
        sum(list.filter(({ from, to }) => from <= at && at <= to).map(({ sizeBytes }) => sizeBytes));
      expect(peakLiveBytes(list)).toBe(Math.max(0, ...list.map(({ from }) => alive(from))));
    }),
  );
});

test("a small value that outlives a large one does not keep the large one's slot", () => {
  const { slotBytes } = assignSlots([
    { id: 1, sizeBytes: 1000, from: 0, to: 1 },
    { id: 2, sizeBytes: 8, from: 2, to: Infinity },
    { id: 3, sizeBytes: 1000, from: 3, to: 4 },
  ]);
  expect(sum(slotBytes)).toBe(1008);
});

test("an empty plan needs no memory", () => {
  expect(assignSlots([])).toEqual({ slots: new Map(), slotBytes: [] });
  expect(peakLiveBytes([])).toBe(0);
});
