import type { ParameterPlace } from "../adapters/adapter-state";

/** Which numbers of an adapter's flat buffers are frozen: a bit for each, the first of a word the lowest. */
export type FrozenBits = Uint32Array<ArrayBuffer>;

/** Which numbers of one parameter are frozen: 1 for each that is, 0 for the others. */
export interface FrozenMask {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Bits of flat buffers of `length` numbers from the masks of their parameters; one without a mask trains. */
export function packFrozen(
  places: readonly ParameterPlace[],
  length: number,
  masks: ReadonlyMap<string, FrozenMask>,
): FrozenBits {
  const bits = new Uint32Array(Math.ceil(length / 32));
  for (const { name, offset } of places) {
    masks.get(name)?.data.forEach((frozen, i) => {
      const [word, bit] = [(offset + i) >>> 5, (offset + i) & 31];
      if (frozen === 1) bits[word] = (bits[word] ?? 0) | (1 << bit);
    });
  }
  return bits;
}

/** The masks that {@link packFrozen} made bits of. */
export function unpackFrozen(places: readonly ParameterPlace[], bits: FrozenBits): Map<string, FrozenMask> {
  return new Map(
    places.map(({ name, shape, offset, count }) => {
      const data = Uint8Array.from({ length: count }, (_, i) => {
        const place = offset + i;
        return ((bits[place >>> 5] ?? 0) >>> (place & 31)) & 1;
      });
      return [name, { shape, data }];
    }),
  );
}
