import type { AdapterSummary } from "../../../shared/adapter";
import type { Side } from "../../../shared/generation";
import type { Voice, Voices } from "../../store/state";
import type { Text } from "../../text/text";

/** Titles of the sides: "before" and "after" if the left is the base model. */
export function sideTitles(voices: Voices, text: Text): Readonly<Record<Side, string>> {
  const { before, after, left, right } = text.compare;
  return voices.before === null ? { before, after } : { before: left, after: right };
}

/** The name of a voice. */
export function voiceName(voice: Voice | null, adapters: readonly AdapterSummary[], text: Text): string {
  if (voice === null) return text.compare.base;
  const name = adapters.find(({ id }) => id === voice.adapterId)?.name ?? text.compare.gone;
  return voice.merged ? text.compare.merged(name) : name;
}
