import type { Rng } from "../../src/lib/rng";

/** Numbers at the limits of types and memory. */
const NUMBERS: readonly number[] = [
  0,
  -1,
  1,
  2,
  0.5,
  -0,
  255,
  65_536,
  1e5,
  1e6,
  2 ** 31,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 53,
  1e19,
  1e300,
  -1e9,
];
const TEXTS: readonly string[] = [
  "",
  " ",
  "\ufeff",
  "\0",
  "\ud800",
  "💥".repeat(20),
  "a".repeat(5000),
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "(a+)+$",
  "(.*)*x",
  "[",
  "\\",
  "{% for i in range(1000000000) %}{% endfor %}",
  "{{ '9'|indent(999999999) }}",
  "1e999",
];

export const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.integer(items.length)] as T;

/** A value of the wrong type, or a valid type but excessive. */
function strange(rng: Rng): unknown {
  switch (rng.integer(8)) {
    case 0:
      return null;
    case 1:
      return rng.integer(2) === 0;
    case 2:
      return pick(rng, TEXTS);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return Array.from({ length: 1 + rng.integer(2000) }, () => pick(rng, NUMBERS));
    case 6:
      return nested(pick(rng, [10, 300, 5000, 100_000]));
    default:
      return pick(rng, NUMBERS);
  }
}

/** Placeholder for nested lists, which JavaScript can only serialise to a certain depth. */
function nested(depth: number): string {
  return `${NEST}${depth}`;
}

const NEST = "nested lists: ";

/** The text of a document from {@link mutateJson}. */
export function jsonText(document: unknown): string {
  return (JSON.stringify(document) ?? "null").replace(
    new RegExp(`"${NEST}(\\d+)"`, "g"),
    (_, depth: string) => {
      return "[".repeat(Number(depth)) + "]".repeat(Number(depth));
    },
  );
}

/** A copy of a JSON document with some values, keys or items changed. */
export function mutateJson(document: unknown, rng: Rng): unknown {
  const changed = structuredClone(document);
  const root = { root: changed };
  for (let changes = 1 + rng.integer(3); changes > 0; changes--) change(root, rng);
  return root.root;
}

function change(root: { root: unknown }, rng: Rng): void {
  let holder: Record<string, unknown> | unknown[] = root as Record<string, unknown>;
  let key: string = "root";
  for (;;) {
    const value = (holder as Record<string, unknown>)[key];
    if (typeof value !== "object" || value === null || rng.integer(6) === 0) break;
    const keys = Object.keys(value);
    if (keys.length === 0) break;
    holder = value as Record<string, unknown>;
    key = pick(rng, keys);
  }
  const place = holder as Record<string, unknown>;
  const old = place[key];
  switch (rng.integer(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else if (key !== "root") Reflect.deleteProperty(holder, key);
      return;
    case 1:
      if (Array.isArray(old)) place[key] = [...(old as unknown[]), ...(old as unknown[]), strange(rng)];
      else place[key] = [old];
      return;
    case 2:
      place[key] = typeof old === "string" ? mutateText(old, rng) : strange(rng);
      return;
    case 3:
      place[key] = typeof old === "number" ? pick(rng, NUMBERS) : strange(rng);
      return;
    case 4:
      if (!Array.isArray(holder)) place[pick(rng, TEXTS)] = old;
      return;
    default:
      place[key] = strange(rng);
  }
}

/** A text with pieces cut, duplicated, swapped or inserted. */
export function mutateText(text: string, rng: Rng): string {
  let changed = text;
  for (let changes = 1 + rng.integer(4); changes > 0; changes--) {
    const at = rng.integer(changed.length + 1);
    const end = Math.min(changed.length, at + rng.integer(12));
    const parts = [changed.slice(0, at), changed.slice(at, end), changed.slice(end)] as const;
    const put = pick(rng, [
      "",
      parts[1].repeat(2 + rng.integer(50)),
      pick(rng, TEXTS),
      "(",
      ")",
      "]",
      "{%",
      "%}",
      "*",
    ]);
    changed = (parts[0] + put + parts[2]).slice(0, 100_000);
  }
  return changed;
}

/** Bytes with some flipped, cut, duplicated, or overwritten by typical bad lengths and offsets. */
export function mutateBytes(bytes: Uint8Array<ArrayBuffer>, rng: Rng): Uint8Array<ArrayBuffer> {
  let changed = bytes.slice();
  for (let changes = 1 + rng.integer(4); changes > 0 && changed.length > 0; changes--) {
    // Most formats have their header at the start, some at the end.
    const near = rng.integer(3);
    const span = near === 0 ? changed.length : Math.min(changed.length, 400);
    const at = (near === 2 ? changed.length - span : 0) + rng.integer(span);
    switch (rng.integer(5)) {
      case 0:
        changed[at] = (changed[at] ?? 0) ^ (1 << rng.integer(8));
        break;
      case 1:
        changed = changed.slice(0, at);
        break;
      case 2: {
        const view = new DataView(changed.buffer, changed.byteOffset);
        if (at + 4 <= changed.length)
          view.setUint32(at, pick(rng, [0, 1, 0x7fff_ffff, 0xffff_ffff, 0x1000_0000]), true);
        break;
      }
      case 3: {
        const end = Math.min(changed.length, at + rng.integer(64));
        changed = Uint8Array.from([
          ...changed.subarray(0, end),
          ...changed.subarray(at, end),
          ...changed.subarray(end),
        ]);
        break;
      }
      default:
        changed[at] = rng.integer(256);
    }
  }
  return changed;
}

const ATOMS: readonly string[] = [
  "a",
  ".",
  "\\w",
  "\\d",
  "[a-z]",
  "[^b]",
  "b",
  "\\s",
  "é",
  "(?:a|b)",
  "\\b",
  "^",
  "$",
  "",
];
const REPEATS: readonly string[] = ["", "", "*", "+", "?", "{2,5}", "*?", "+?", "{0,40}", "{3}"];

/** A regular expression of nested groups with repeats everywhere. */
export function randomPattern(rng: Rng, depth = 4): string {
  const parts = Array.from({ length: 1 + rng.integer(3) }, () => {
    if (depth === 0 || rng.integer(3) === 0) return pick(rng, ATOMS) + pick(rng, REPEATS);
    const open = pick(rng, ["(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!"]);
    return `${open}${randomPattern(rng, depth - 1)})${/^\(\?[=!<]/.test(open) ? "" : pick(rng, REPEATS)}`;
  });
  return parts.join(rng.integer(3) === 0 ? "|" : "");
}
