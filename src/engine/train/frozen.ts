import type { ParameterRange } from "../adapters/adapter-state";

/** Bitmask of frozen elements of an adapter's flat buffers, least significant bit first. */
export type FrozenBits = Uint32Array<ArrayBuffer>;

/** Mask of a parameter's frozen elements: 1 if frozen. */
export interface FrozenMask {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Packs parameter masks into a bitmask over `length` flat elements; parameters without a mask are trainable. */
export function packFrozen(
  places: readonly ParameterRange[],
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

/** Inverse of {@link packFrozen}. */
export function unpackFrozen(places: readonly ParameterRange[], bits: FrozenBits): Map<string, FrozenMask> {
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
