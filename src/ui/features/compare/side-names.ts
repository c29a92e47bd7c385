import type { AdapterSummary } from "../../../protocol/commands";
import type { Side } from "../../../spec/generation";
import type { Voices } from "../../store/state";
import type { Text } from "../../text/en";

/** What the sides are called: "before" and "after" where the base stands on the left. */
export function sideTitles(voices: Voices, text: Text): Readonly<Record<Side, string>> {
  const { before, after, left, right } = text.compare;
  return voices.before === null ? { before, after } : { before: left, after: right };
}

/** Who answers, by name. */
export function voiceName(id: string | null, adapters: readonly AdapterSummary[], text: Text): string {
  if (id === null) return text.compare.base;
  return adapters.find((adapter) => adapter.id === id)?.name ?? text.compare.gone;
}
