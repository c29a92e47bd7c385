import type { AdapterSummary } from "../../shared/adapter";
import type { Side } from "../../shared/generation";
import type { Answer, Turn, Voice, Voices } from "./state";

/** The voice of an unmerged adapter. */
export function adapterVoice(adapterId: string): Voice {
  return { adapterId, merged: false };
}

/** The voice of the model with that adapter merged in. */
export function mergedVoice(adapterId: string): Voice {
  return { adapterId, merged: true };
}

export function isSameVoice(a: Voice | null, b: Voice | null): boolean {
  return a?.adapterId === b?.adapterId && a?.merged === b?.merged;
}

/** Ids of the merged adapters in use. */
export function mergedIds({ before, after }: Voices): string[] {
  return [before, after].flatMap((voice) => (voice?.merged ? [voice.adapterId] : []));
}

/** Whether the sides are the same adapter, once unmerged and once merged. */
export function isMergedPair({ before, after }: Voices): boolean {
  return before !== null && before.adapterId === after?.adapterId && before.merged !== after.merged;
}

/** The initial comparison: the base model, and on the right the latest adapter once there is one. */
export const baseOnly: Voices = { before: null, after: null };

/** Replaces the voices of missing adapters: by the base model on the left, by the latest adapter on the right. */
export function fitVoices(voices: Voices, adapters: readonly AdapterSummary[]): Voices {
  const isKnown = (voice: Voice): boolean =>
    adapters.some(({ id, merges }) => id === voice.adapterId && (merges || !voice.merged));
  const before = voices.before && isKnown(voices.before) ? voices.before : null;
  const { after } = voices;
  const isKept = after ? isKnown(after) && !isSameVoice(after, before) : before !== null;
  if (isKept) return { before, after };
  const latest = adapters.find(({ id }) => !isSameVoice(adapterVoice(id), before));
  return { before, after: latest ? adapterVoice(latest.id) : null };
}

/** Sets the voice of one side; choosing the other side's voice swaps the two. */
export function chooseVoice(voices: Voices, side: Side, voice: Voice | null): Voices {
  const other = side === "before" ? "after" : "before";
  const chosen = { ...voices, [side]: voice };
  return isSameVoice(voices[other], voice) ? { ...chosen, [other]: voices[side] } : chosen;
}

/** The answer of a side's current voice in a turn, on whichever side it was then; null if it was not asked. */
export function answerOf(turn: Turn, voices: Voices, side: Side): Answer | null {
  if (side === "after" && isSameVoice(voices.after, voices.before)) return null;
  if (isSameVoice(turn.voices.before, voices[side])) return turn.before;
  return isSameVoice(turn.voices.after, voices[side]) ? turn.after : null;
}
