import type { AdapterSummary } from "../../shared/adapter";
import type { Side } from "../../shared/generation";
import type { Answer, Turn, Voices } from "./state";

const MERGED = "merged ";

/** The voice of the model with that adapter merged into its weights. */
export function mergedVoice(id: string): string {
  return MERGED + id;
}

/** Of a voice that is not the base's: its adapter, and whether it is merged into the weights. */
export function readVoice(voice: string): { readonly id: string; readonly merged: boolean } {
  const merged = voice.startsWith(MERGED);
  return { id: merged ? voice.slice(MERGED.length) : voice, merged };
}

/** Ids of the adapters whose merged weights a side speaks from. */
export function mergedIds(voices: Voices): string[] {
  return [voices.before, voices.after].flatMap((voice) => {
    const { id, merged } = readVoice(voice ?? "");
    return merged ? [id] : [];
  });
}

/** Whether the two sides are one adapter, once beside the weights and once merged into them. */
export function isMergedPair({ before, after }: Voices): boolean {
  if (before === null || after === null) return false;
  return before !== after && readVoice(before).id === readVoice(after).id;
}

/** What is compared at first: the base, and the latest adapter once there is one. */
export const baseOnly: Voices = { before: null, after: null };

/** Voices with those that are gone replaced: by the base on the left, by the latest adapter on the right. */
export function fitVoices(voices: Voices, adapters: readonly AdapterSummary[]): Voices {
  const known = (voice: string | null): boolean => {
    const { id, merged } = readVoice(voice ?? "");
    return adapters.some((adapter) => adapter.id === id && (adapter.merges || !merged));
  };
  const before = known(voices.before) ? voices.before : null;
  const baseIsMeant = voices.after === null && before !== null;
  if (baseIsMeant || (known(voices.after) && voices.after !== before)) return { before, after: voices.after };
  return { before, after: adapters.find(({ id }) => id !== before)?.id ?? null };
}

/** Voices after a choice on one side; choosing what the other side has exchanges the two. */
export function chooseVoice(voices: Voices, side: Side, id: string | null): Voices {
  const other = side === "before" ? "after" : "before";
  const chosen = { ...voices, [side]: id };
  return voices[other] === id ? { ...chosen, [other]: voices[side] } : chosen;
}

/** What the voice of a side said in a turn, wherever it stood then; null when it was not asked. */
export function answerOf(turn: Turn, voices: Voices, side: Side): Answer | null {
  if (side === "after" && voices.after === voices.before) return null;
  if (turn.voices.before === voices[side]) return turn.before;
  return turn.voices.after === voices[side] ? turn.after : null;
}
