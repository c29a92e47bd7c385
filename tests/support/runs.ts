/** The ranges [start, end) of nonzero elements of a mask. */
export function runs(supervised: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  supervised.forEach((one, index) => {
    if (one === 0) return;
    const last = found.at(-1);
    if (last?.[1] === index) last[1]++;
    else found.push([index, index + 1]);
  });
  return found;
}
