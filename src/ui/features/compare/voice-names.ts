import type { AdapterSummary } from "../../../shared/adapter";
import type { ScoredSide } from "../../../shared/scores";
import type { Voice, Voices } from "../../store/state";
import type { Text } from "../../text/text";

/** Titles of the columns: of two, "before" and "after" if the left is the base model; of more, numbers. */
export function columnTitles(voices: Voices, text: Text): string[] {
  const { before, after, left, right, column } = text.compare;
  if (voices.length > 2) return voices.map((_, index) => column(index + 1));
  return voices[0] === null ? [before, after] : [left, right];
}

/** The name of a voice. */
export function voiceName(voice: Voice | null, adapters: readonly AdapterSummary[], text: Text): string {
  if (voice === null) return text.compare.base;
  const name = adapters.find(({ id }) => id === voice.adapterId)?.name ?? text.compare.gone;
  return voice.merged ? text.compare.merged(name) : name;
}

/** Who was scored, by name. */
export function sideName(
  { adapterId, merged }: ScoredSide,
  adapters: readonly AdapterSummary[],
  text: Text,
): string {
  return voiceName(adapterId === null ? null : { adapterId, merged }, adapters, text);
}
