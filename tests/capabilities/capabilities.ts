import { storageKinds } from "../../src/engine/graph/op";
import { METHOD_IDS, type MethodId } from "../../src/shared/methods";
import { en } from "../../src/ui/text/en";
import type { Facts, Observation } from "../support/observe";

/** Tolerance for differences in the order of f32 sums. */
const ROUNDING = 2e-5;

export const HEAD =
  "| method | starts as the base | moves only its own | merges | saves and loads | weights stored as | equals its reference on | refused | its export is loaded by |\n" +
  `|${" --- |".repeat(9)}`;

/** The capability table: one line per method, based only on what the checks observed. */
export function capabilityTable(observations: readonly Observation[]): string {
  return [HEAD, ...METHOD_IDS.map((id) => capabilityRow(id, observations))].join("\n");
}

function capabilityRow(id: MethodId, observations: readonly Observation[]): string {
  const own = observations.filter(({ method }) => method === id);
  /** The values of one fact. */
  const values = <Fact extends keyof Facts>(fact: Fact): Facts[Fact][] =>
    own.filter((seen) => seen.fact === fact).map((seen) => seen.value as Facts[Fact]);
  const cells = [
    en.methods[id].title,
    agreed(values("start").map(isSame)),
    agreed(values("own parameters")),
    agreed(values("merged").map(isSame)),
    savedCell(values("saved and loaded")),
    storageCell(values("storage")),
    listed(values("trained")),
    listed(
      own.flatMap((seen) => (seen.fact === "refused" ? [`on ${seen.model}: ${seen.value}`] : [])),
      " ",
    ),
    listed(values("loaded by")),
  ];
  return `| ${cells.join(" | ")} |`;
}

const UNSEEN = "–";

function isSame(distance: number | null): boolean {
  return distance !== null && distance <= ROUNDING;
}

function agreed(seen: readonly boolean[]): string {
  if (seen.length === 0) return UNSEEN;
  if (seen.every(Boolean)) return "yes";
  return seen.some(Boolean) ? "by its options" : "no";
}

function savedCell(distances: readonly number[]): string {
  if (distances.length === 0) return UNSEEN;
  const worst = Math.max(...distances);
  if (worst === 0) return "exactly";
  const some = distances.some((distance) => distance === 0) ? "exactly, or by its options " : "";
  return `${some}to ${worst.toExponential(0)}`;
}

function storageCell(seen: readonly string[]): string {
  const missing = storageKinds.filter((kind) => !seen.includes(kind));
  if (missing.length === 0) return `all ${storageKinds.length} kinds`;
  return missing.length < seen.length ? `all but ${missing.join(", ")}` : listed(seen);
}

function listed(values: readonly string[], separator = ", "): string {
  return [...new Set(values)].sort().join(separator) || UNSEEN;
}
