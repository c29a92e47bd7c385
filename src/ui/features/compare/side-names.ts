import type { AdapterSummary } from "../../../shared/adapter";
import type { Side } from "../../../shared/generation";
import type { Voices } from "../../store/state";
import { readVoice } from "../../store/voices";
import type { Text } from "../../text/text";

/** What the sides are called: "before" and "after" where the base stands on the left. */
export function sideTitles(voices: Voices, text: Text): Readonly<Record<Side, string>> {
  const { before, after, left, right } = text.compare;
  return voices.before === null ? { before, after } : { before: left, after: right };
}

/** Who answers, by name. */
export function voiceName(voice: string | null, adapters: readonly AdapterSummary[], text: Text): string {
  if (voice === null) return text.compare.base;
  const { id, merged } = readVoice(voice);
  const name = adapters.find((adapter) => adapter.id === id)?.name ?? text.compare.gone;
  return merged ? text.compare.merged(name) : name;
}
