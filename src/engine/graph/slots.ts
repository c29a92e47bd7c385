import { defined } from "../../lib/invariant";
import { sum } from "../../lib/numbers";

/** Size of a temporary, and the node positions of its first write and last use, inclusive. */
export interface Lifetime {
  readonly id: number;
  readonly sizeBytes: number;
  readonly from: number;
  /** Infinity for values that are read after the run. */
  readonly to: number;
}

export interface SlotAssignment {
  /** Slot of each temporary, by id. */
  readonly slots: ReadonlyMap<number, number>;
  readonly slotBytes: readonly number[];
}

/**
 * Assigns slots offline: in node order, small long-lived values would occupy slots that later grow. Tries two orders and
 * keeps the smaller total: by size ("greedy by size", Pisarchyk and Lee 2020, arXiv 2001.03288), and first what is alive
 * at the peak, which needs distinct slots anyway, then the rest by size. A slot is a buffer rather than an offset in one,
 * since WebGPU rejects a dispatch that reads and writes the same buffer.
 */
export function assignSlots(lifetimes: readonly Lifetime[]): SlotAssignment {
  const bySize = [...lifetimes].sort((a, b) => b.sizeBytes - a.sizeBytes || a.from - b.from);
  const { position, bytes } = findPeak(lifetimes);
  const first = assignInOrder(bySize);
  if (sum(first.slotBytes) === bytes) return first;
  const isAtPeak = ({ from, to }: Lifetime): boolean => from <= position && position <= to;
  const peakFirst = [...bySize.filter(isAtPeak), ...bySize.filter((lifetime) => !isAtPeak(lifetime))];
  const second = assignInOrder(peakFirst);
  return sum(second.slotBytes) < sum(first.slotBytes) ? second : first;
}

/** The largest sum of the bytes of temporaries alive at once: a lower bound for any assignment. */
export function peakLiveBytes(lifetimes: readonly Lifetime[]): number {
  return findPeak(lifetimes).bytes;
}

function findPeak(lifetimes: readonly Lifetime[]): { readonly position: number; readonly bytes: number } {
  const changes = lifetimes.flatMap(({ from, to, sizeBytes }) => [
    { position: from, bytes: sizeBytes },
    { position: to + 1, bytes: -sizeBytes },
  ]);
  changes.sort((a, b) => a.position - b.position || a.bytes - b.bytes);
  let live = 0;
  let peak = { position: 0, bytes: 0 };
  for (const { position, bytes } of changes) {
    live += bytes;
    if (live > peak.bytes) peak = { position, bytes: live };
  }
  return peak;
}

interface Slot {
  sizeBytes: number;
  /** Disjoint, in order. */
  readonly occupants: Lifetime[];
}

/** Gives each lifetime the tightest free slot, else grows the largest free one, else adds one. */
function assignInOrder(order: readonly Lifetime[]): SlotAssignment {
  const slots = new Map<number, number>();
  const made: Slot[] = [];
  for (const lifetime of order) {
    const { id, sizeBytes, from } = lifetime;
    let best = -1;
    for (const [index, { sizeBytes: size, occupants }] of made.entries()) {
      const bestSize = made[best]?.sizeBytes ?? -1;
      const isBetter = bestSize < sizeBytes ? size > bestSize : size >= sizeBytes && size < bestSize;
      if (isBetter && isFree(occupants, lifetime)) best = index;
    }
    if (best < 0) best = made.push({ sizeBytes, occupants: [] }) - 1;
    const slot = defined(made[best], "slot");
    slot.sizeBytes = Math.max(slot.sizeBytes, sizeBytes);
    slot.occupants.splice(firstAfter(slot.occupants, from), 0, lifetime);
    slots.set(id, best);
  }
  return { slots, slotBytes: made.map((slot) => slot.sizeBytes) };
}

/** Whether a lifetime overlaps none of a slot's occupants. */
function isFree(occupants: readonly Lifetime[], { from, to }: Lifetime): boolean {
  const index = firstAfter(occupants, from);
  const [before, after] = [occupants[index - 1], occupants[index]];
  return !(before && before.to >= from) && !(after && after.from <= to);
}

/** Index of the first lifetime that starts after a position. */
function firstAfter(sorted: readonly Lifetime[], position: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.from ?? Infinity) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
